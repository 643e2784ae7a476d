"""Publishers' feeds in the shapes that they have, and a site that gives one out over HTTPS under a name of its own.

RDF is bioRxiv's and medRxiv's (the names in one text, each turned round), RSS the ACL Anthology's (Hugo's, with the
authors and the volume as the description), Atom what journals on Open Journal Systems and preprint servers send.
"""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import ip_address, ip_network
from pathlib import Path

import httpx
from aiohttp import web

from bot.sources.public import Address, PublicTransport
from tests.standins.site import LoopbackSite

RDF = b"""<?xml version="1.0" encoding="UTF-8" ?>
<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:prism="http://purl.org/rss/1.0/modules/prism/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://biorxiv.org"><title>bioRxiv Subject Collection: Neuroscience</title>
<link>https://biorxiv.org</link><description>This feed contains articles</description>
<items><rdf:Seq><rdf:li rdf:resource="https://www.biorxiv.org/content/10.1101/2025.03.13.643210v1?rss=1"/></rdf:Seq></items>
<prism:publicationName>bioRxiv</prism:publicationName><image rdf:resource=""/></channel>
<image rdf:about=""><title>bioRxiv</title><url/><link>https://biorxiv.org</link></image>
<item rdf:about="https://www.biorxiv.org/content/10.1101/2025.03.13.643210v1?rss=1">
<title><![CDATA[
Sleep spindles in <i>Danio rerio</i> need Ca<sup>2+</sup>
]]></title>
<link>
https://www.biorxiv.org/content/10.1101/2025.03.13.643210v1?rss=1
</link>
<description><![CDATA[
Zebrafish sleep. We show at p < 0.05 that their spindles
need calcium &amp; rest, as arXiv:2501.00001 supposed.
]]></description>
<dc:creator><![CDATA[ Kukla, D., Crampton, A. B., Khetani, S. ]]></dc:creator>
<dc:date>2025-03-13</dc:date>
<dc:identifier>doi:10.1101/2025.03.13.643210</dc:identifier>
<dc:title><![CDATA[Sleep spindles in Danio rerio need Ca2+]]></dc:title>
<dc:publisher>Cold Spring Harbor Laboratory</dc:publisher>
<prism:publicationDate>2025-03-13</prism:publicationDate><prism:section></prism:section>
</item>
<item rdf:about="https://www.biorxiv.org/content/10.64898/2025.01.02.600001v2?rss=1">
<title><![CDATA[ An older one ]]></title>
<link>https://www.biorxiv.org/content/10.64898/2025.01.02.600001v2?rss=1</link>
<description><![CDATA[ It was revised. ]]></description>
<dc:creator><![CDATA[ \xc5\xa0m\xc3\xadd, \xc5\xbd.-J. ]]></dc:creator>
<dc:date>2025-01-02</dc:date>
</item>
<item rdf:about="https://www.biorxiv.org/about"><title>Thank you for reading</title>
<link>https://www.biorxiv.org/about</link><dc:date>2025-03-13</dc:date></item>
</rdf:RDF>
"""

ANTHOLOGY = b"""<?xml version="1.0" encoding="utf-8" standalone="yes"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
<title>Papers on ACL Anthology</title><link>https://aclanthology.org/papers/</link>
<description>Recent content in Papers on ACL Anthology</description><generator>Hugo -- gohugo.io</generator>
<lastBuildDate>Sat, 01 Mar 2025 00:00:00 +0000</lastBuildDate>
<atom:link href="https://aclanthology.org/papers/index.xml" rel="self" type="application/rss+xml" />
<item><title>Proceedings of the Workshop on Noodles</title><link>https://aclanthology.org/2025.noodles-1.0/</link>
<pubDate>Sat, 01 Mar 2025 00:00:00 +0000</pubDate><guid>2025.noodles-1.0</guid>
<description> in Proceedings of the Workshop on Noodles</description></item>
<item><title>Noodles &amp;amp; Parsing in Low-Resource Settings</title><link>https://aclanthology.org/2025.noodles-1.1/</link>
<pubDate>Sat, 01 Mar 2025 00:00:00 +0000</pubDate><guid>2025.noodles-1.1</guid>
<description>Ada Lovelace, \xc3\x89mile Borel and Wei Li in Proceedings of the Day of Noodles in Practice</description>
</item>
<item><title>What the Old Papers Said</title><link>https://aclanthology.org/P18-1024/</link>
<pubDate>Sun, 01 Jul 2018 00:00:00 +0000</pubDate><guid>P18-1024</guid>
<description>Emmy Noether in Proceedings of the 56th Annual Meeting</description></item>
</channel></rss>
"""

ATOM = b"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">
<id>https://journal.example/feed</id><title>Transactions on Learning</title><updated>2025-03-14T08:00:00Z</updated>
<link rel="self" href="https://journal.example/feed"/>
<entry><id>https://openreview.net/forum?id=Zx1</id><title type="html">Learning &lt;em&gt;to&lt;/em&gt; rest</title>
<updated>2025-03-14T08:00:00Z</updated><published>2025-03-12T10:00:00+02:00</published>
<link rel="related" href="https://arxiv.org/abs/2401.00009"/>
<link rel="alternate" type="text/html" href="https://arxiv.org/abs/2503.04321v2"/>
<prism:doi>10.5555/Rest.1</prism:doi>
<author><name>Yann LeCun</name></author><author><name>van den Oord, A\xc3\xa4ron</name></author>
<category term="cs.LG"/><category term="Sleep"/>
<summary type="html">&lt;p&gt;Rest&lt;/p&gt;&lt;p&gt;helps.&lt;/p&gt;</summary></entry>
<entry><id>tag:journal.example,2025:2</id><title>Only its DOI is said</title><updated>2025-03-14T08:00:00Z</updated>
<prism:doi>10.5555/Only.2</prism:doi><author><name>Jane Doe</name></author>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">Whole <b>text</b>.</div></content></entry>
</feed>
"""

HOST = "papers.example"
"""The name that the certificate is for. Nobody can have it (RFC 2606)."""
CERTIFICATE = Path(__file__).with_name("papers.example.pem")
"""Its own authority, with the key: it proves nothing to anybody but these tests."""
LOOPBACK = ip_address("127.0.0.1")
LOOPBACKS = ip_network("127.0.0.0/8")


def _tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


@dataclass(kw_only=True)
class FeedSite(LoopbackSite):
    """A site that gives one feed, and says that it has not changed to whoever has it already."""

    body: bytes = RDF
    tls: ssl.SSLContext | None = field(default_factory=_tls)

    @property
    def feed(self) -> str:
        """The address of the feed under the site's own name."""
        return f"https://{HOST}:{httpx.URL(self.url).port}/feed.xml"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        mark = f'"{sha256(self.body).hexdigest()}"'
        if request.headers.get("If-None-Match") == mark:
            return web.Response(status=304, headers={"ETag": mark})
        return web.Response(body=self.body, headers={"ETag": mark, "Content-Type": "application/rss+xml"})


@dataclass
class Names:
    """Who has which addresses, and which names were asked for; nobody else has any."""

    addresses: dict[str, Sequence[Address]] = field(default_factory=lambda: {HOST: (LOOPBACK,)})
    asked: list[str] = field(default_factory=list)

    async def resolve(self, host: str, port: int) -> Sequence[Address]:  # as everything that resolves
        self.asked.append(host)
        if host not in self.addresses:
            raise OSError("Name or service not known")
        return self.addresses[host]


def public_transport(names: Names) -> PublicTransport:
    """The transport of feeds, to which this machine (over IPv4) is the public internet with these ``names``."""
    trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
    inner = httpx.AsyncHTTPTransport(verify=trusting, limits=httpx.Limits(max_keepalive_connections=0))
    return PublicTransport(resolve=names.resolve, allows=lambda address: address in LOOPBACKS, inner=inner)
