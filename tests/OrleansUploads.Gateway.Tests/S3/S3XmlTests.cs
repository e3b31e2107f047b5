using System.Xml;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Bodies;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3XmlTests
{
    private const string Part = "<Part><PartNumber>1</PartNumber><ETag>\"a\"</ETag></Part>";

    [Theory]
    [InlineData("<CompleteMultipartUpload>" + Part + "</CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>" + Part + "</CompleteMultipartUpload>")]
    [InlineData("<?xml version='1.0' encoding='UTF-8'?>\n<x:CompleteMultipartUpload xmlns:x='y'>\n  " + Part + "\n</x:CompleteMultipartUpload>\n")]
    [InlineData("<CompleteMultipartUpload><Part><ETag>a</ETag><Other><Deep/></Other><PartNumber> 1 </PartNumber></Part></CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload><Other/><Part><ETag>&quot;a&quot;</ETag><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload><!-- c --><Part><ETag>&#34;a&#34;</ETag><PartNumber>01</PartNumber></Part></CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload><Part><ETag><![CDATA[\"]]>a&quot;</ETag><PartNumber>&#49;</PartNumber></Part></CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload><Part xml:space='preserve'><ETag> <!-- c -->a<?p?> </ETag><PartNumber> <![CDATA[1]]></PartNumber></Part></CompleteMultipartUpload>")]
    public void A_list_of_parts_is_read_liberally(string document) =>
        Assert.Equal([new NamedPart(1, "a", null)], ParseParts(Bytes(document)));

    [Fact]
    public void A_checksum_is_read_with_its_algorithm()
    {
        var document = Part.Replace("</Part>", "<ChecksumCRC32>NhCmhg==</ChecksumCRC32></Part>", StringComparison.Ordinal);
        var part = Assert.Single(ParseParts(Bytes($"<CompleteMultipartUpload>{document}</CompleteMultipartUpload>")));
        Assert.Equal(("CRC32", "NhCmhg=="), part.Checksum);
    }

    [Theory]
    [InlineData("not XML")]
    [InlineData("<CompleteMultipartUpload/>")]
    [InlineData("<CompleteMultipartUpload></CompleteMultipartUpload>")]
    [InlineData("<Other>" + Part + "</Other>")]
    [InlineData("<CompleteMultipartUpload>" + Part)]
    [InlineData("<CompleteMultipartUpload>" + Part + "</CompleteMultipartUpload><x/>")]
    [InlineData("<CompleteMultipartUpload>text" + Part + "</CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part></CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload><Part><ETag>a</ETag></Part></CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload><Part><PartNumber>+-1</PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload><Part><PartNumber>1<b/></PartNumber><ETag>a</ETag></Part></CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload><Part><PartNumber/><ETag>a</ETag></Part></CompleteMultipartUpload>")]
    [InlineData("<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>a")]
    [InlineData("<!DOCTYPE x [<!ENTITY e 'a'>]><CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>&e;</ETag></Part></CompleteMultipartUpload>")]
    [InlineData("<!DOCTYPE x SYSTEM 'file:///etc/passwd'><CompleteMultipartUpload>" + Part + "</CompleteMultipartUpload>")]
    public void A_malformed_list_of_parts_is_refused(string document) =>
        Assert.ThrowsAny<XmlException>(() => ParseParts(Bytes(document)));

    [Fact]
    public void A_list_may_have_10000_parts_with_every_checksum_and_no_more()
    {
        string[] names = ["ChecksumCRC32", "ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumSHA1", "ChecksumSHA256"];
        var checksums = string.Concat(names.Select(static name => $"<{name}>a</{name}>"));
        Assert.Equal(10_000, ParseParts(Parts(10_000)).Count);
        Assert.ThrowsAny<XmlException>(() => ParseParts(Parts(10_001)));

        byte[] Parts(int count) => Bytes("<CompleteMultipartUpload>"
            + string.Concat(Enumerable.Repeat(Part.Replace("</Part>", checksums + "</Part>", StringComparison.Ordinal), count))
            + "</CompleteMultipartUpload>");
    }

    public static TheoryData<string, string> TooMuch
    {
        get
        {
            static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
            static string Numbered(string format, int count) => string.Concat(
                Enumerable.Range(0, count).Select(i => string.Format(CultureInfo.InvariantCulture, format, i)));
            return new()
            {
                { "levels", Repeat("<a>", ElementReader.MaxDepth) + Repeat("</a>", ElementReader.MaxDepth) },
                { "attributes", $"<a {Numbered("b{0}='' ", ElementReader.MaxAttributes + 1)}/>" },
                { "attributes", $"<a {Numbered("xmlns:b{0}='c' ", ElementReader.MaxAttributes + 1)}/>" },
                { "elements and attributes", Repeat("<a/>", ElementReader.MaxNames) },
                { "elements and attributes", Repeat("<a b=''/>", ElementReader.MaxNames / 2) },
                { "different names", Numbered("<a{0}/>", ElementReader.MaxDifferentNames) },
                { "different names", Numbered("<a b{0}=''/>", ElementReader.MaxDifferentNames) },
                { "different names", $"<a {Numbered("b{0}='' ", 10_000)}/>" },
                { "too long", $"<a>{new string('t', 2 * ElementReader.MaxNodeBytes)}</a>" },
                { "too long", $"<a b='{new string('t', 2 * ElementReader.MaxNodeBytes)}'/>" },
                { "too long", $"<a {Numbered($"b{{0}}='{new string('t', 100)}' ", 900)}/>" },
                { "too long", $"<!--{new string('c', 2 * ElementReader.MaxNodeBytes)}-->" },
                { "too long", Repeat("<!---->", ElementReader.MaxNodeBytes) },
                { "longer than", $"<Part><ETag>{Repeat("<![CDATA[t]]>&lt;", ElementReader.MaxNodeBytes)}</ETag></Part>" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(TooMuch))]
    public void A_document_that_would_take_much_memory_is_refused(string limit, string content)
    {
        var refused = Assert.ThrowsAny<XmlException>(() =>
            ParseParts(Bytes($"<CompleteMultipartUpload>{content}{Part}</CompleteMultipartUpload>")));
        Assert.Contains(limit, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_elements_within_the_limits_are_skipped()
    {
        const int Levels = ElementReader.MaxDepth - 1;
        var nested = string.Concat(Enumerable.Repeat("<a b='c'>", Levels)) + string.Concat(Enumerable.Repeat("</a>", Levels));
        Assert.Single(ParseParts(Bytes($"<CompleteMultipartUpload>{nested}{Part}</CompleteMultipartUpload>")));
    }

    [Fact]
    public void Keys_to_delete_are_read_exactly()
    {
        var document = DeleteDocument.Parse(Document(
            "<Delete><Quiet>true</Quiet><Object><Key> a&amp;b&#1;&#13; </Key></Object><Object><VersionId>null</VersionId><Key>é</Key></Object></Delete>"));
        Assert.True(document.IsQuiet);
        Assert.Equal(
            [new ObjectToDelete(" a&b\u0001\r ", null, null, false), new ObjectToDelete("é", "null", null, false)], document.Objects);
    }

    [Theory]
    [InlineData("<Quiet/>", false)]
    [InlineData("<Quiet>false</Quiet>", false)]
    [InlineData("<Quiet> true </Quiet>", true)]
    public void An_element_without_text_is_one_with_an_empty_text(string quiet, bool isQuiet)
    {
        var document = DeleteDocument.Parse(Document($"<Delete>{quiet}<Object><VersionId/><Key>a</Key></Object></Delete>"));
        Assert.Equal((isQuiet, new ObjectToDelete("a", null, null, false)), (document.IsQuiet, Assert.Single(document.Objects)));
    }

    [Fact]
    public void A_text_may_be_as_long_as_a_key_and_no_longer()
    {
        var key = new string('k', ElementReader.MaxTextChars);
        foreach (var text in (string[])[key, $"<![CDATA[k]]>{key[1..]}"])
        {
            Assert.Equal(key, Assert.Single(DeleteDocument.Parse(Document($"<Delete><Object><Key>{text}</Key></Object></Delete>")).Objects).Key);
            Assert.ThrowsAny<XmlException>(() => DeleteDocument.Parse(Document($"<Delete><Object><Key>{text}k</Key></Object></Delete>")));
        }
    }

    [Fact]
    public void As_many_attributes_and_names_are_read_as_the_limits_say()
    {
        var attributes = string.Concat(Enumerable.Range(0, ElementReader.MaxAttributes).Select(static i => $" b{i}=''"));
        Assert.Single(ParseParts(Bytes($"<CompleteMultipartUpload><a{attributes}/>{Part}</CompleteMultipartUpload>")));

        // The root and the part have four names.
        var others = string.Concat(Enumerable.Repeat("<a/>", ElementReader.MaxNames - 4));
        Assert.Single(ParseParts(Bytes($"<CompleteMultipartUpload>{others}{Part}</CompleteMultipartUpload>")));
        Assert.ThrowsAny<XmlException>(() => ParseParts(Bytes($"<CompleteMultipartUpload>{others}<a/>{Part}</CompleteMultipartUpload>")));
    }

    [Theory]
    [InlineData("<Delete/>")]
    [InlineData("<Delete><Object/></Delete>")]
    [InlineData("<Delete><Object><Key/></Object></Delete>")]
    [InlineData("<Other><Object><Key>a</Key></Object></Other>")]
    public void Keys_to_delete_are_required(string document) =>
        Assert.ThrowsAny<XmlException>(() => DeleteDocument.Parse(Document(document)));

    [Fact]
    public void At_most_1000_keys_are_deleted()
    {
        static string Keys(int count) => $"<Delete>{string.Concat(Enumerable.Repeat("<Object><Key>a</Key></Object>", count))}</Delete>";
        Assert.Equal(1000, DeleteDocument.Parse(Document(Keys(1000))).Objects.Count);
        Assert.ThrowsAny<XmlException>(() => DeleteDocument.Parse(Document(Keys(1001))));
    }

    [Fact]
    public void Control_characters_are_written_so_that_they_are_read_back()
    {
        const string Key = "a\u0001\r\n\t<>&\"é";
        var written = S3Xml.Write(writer => writer.WriteElementString("Key", Key));
        var read = "";
        using (var reader = new ElementReader(Document(written)))
        {
            reader.MoveToRoot();
            read = reader.ReadText();
        }

        Assert.Equal(Key, read);
    }

    private static IReadOnlyList<NamedPart> ParseParts(byte[] document) => CompleteMultipartUploadDocument.Parse(Document(document), part => part);

    private static ReceivedDocument Document(string text) => Document(Bytes(text));

    private static ReceivedDocument Document(byte[] bytes) => ReceivedDocument
        .ReadAsync(new MemoryStream(bytes), S3Xml.MaxLongDocumentBytes, new DocumentPlaces(1, 1).TryTake(default, () => { })!, default)
        .AsTask().GetAwaiter().GetResult()!;

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
