using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>Headers of objects that browsers interpret.</summary>
public sealed class S3ContentHeaderTests(S3Server s3) : IClassFixture<S3Server>
{
    public static TheoryData<string, string> HeaderTexts
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var name in (string[])["Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Content-Type", "Expires"])
            {
                rows.AddRange((name, "plain"), (name, "a; b=\"é.txt\""), (name, "日本😀"), (name, "\u0080\u00ff"));
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(HeaderTexts))]
    public async Task A_header_comes_back_with_the_bytes_that_were_sent(string header, string text)
    {
        var target = await PutAsync((header, text));
        (await s3.SendAsync("PUT", target + "2", headers: ("x-amz-copy-source", target))).Expect(200);

        var upload = await s3.NewUploadAsync(target + "3", (header, text));
        var part = (await s3.SendAsync("PUT", $"{target}3?partNumber=1&uploadId={upload}", "hello")).Expect(200).Header("ETag")!;
        (await s3.SendAsync("POST", $"{target}3?uploadId={upload}", CompletionDocument.Of((1, part)))).Expect(200);

        (await s3.OpenAsync("PUT", s3.Presign("PUT", $"{target}4?{header}={Uri.EscapeDataString(text)}"), "hello"u8.ToArray())).Expect(200);
        foreach (var (method, suffix) in new[] { ("GET", ""), ("HEAD", ""), ("GET", "2"), ("GET", "3"), ("HEAD", "3"), ("GET", "4") })
        {
            var answer = (await s3.SendAsync(method, target + suffix)).Expect(200);
            Assert.Equal(text, Encoding.UTF8.GetString(BytesOf(answer, header)));
        }
    }

    [Theory]
    [InlineData("\u00e9", "Q?=C3=A9")]
    [InlineData("\u00c4 b_1?=\u2014.pdf", "Q?=C3=84_b=5F1=3F=3D=E2=80=94.pdf")]
    [InlineData("b\u007f", "B?Yn8=")]
    [InlineData("\ufffd", "B?77+9")]
    public async Task User_metadata_that_no_header_can_have_is_encoded_by_RFC_2047(string text, string encoded)
    {
        var target = await PutAsync(("x-amz-meta-a", text));
        Assert.Equal($"=?UTF-8?{encoded}?=", (await s3.GetAsync(target)).Expect(200).Header("x-amz-meta-a"));
    }

    [Fact]
    public async Task A_header_that_a_query_replaces_is_sent_in_ISO_8859_1()
    {
        var target = await PutAsync();
        var answer = (await s3.GetAsync(target + "?response-content-disposition=a%C3%A9")).Expect(200);
        Assert.Equal([(byte)'a', 0xE9], BytesOf(answer, "Content-Disposition"));
    }

    [Theory]
    [InlineData("response-content-length", "1")]
    [InlineData("response-x-amz-meta-a", "1")]
    [InlineData("response-date", "")]
    [InlineData("Response-Content-Type", "text%2Fplain")]
    [InlineData("response-content-disposition", "%E2%80%99")]
    [InlineData("response-content-type", "a%0D%0Ab")]
    [InlineData("response-expires", "%7F")]
    public async Task Other_headers_and_values_that_cannot_be_sent_are_refused(string parameter, string value)
    {
        var answer = await s3.GetAsync($"{await PutAsync()}?{parameter}={value}");
        ExpectError(answer, 400, "InvalidArgument");
        Assert.Contains($"<ArgumentName>{parameter}</ArgumentName>", answer.Text, StringComparison.Ordinal);
    }

    private static byte[] BytesOf(ApiAnswer answer, string header) => Encoding.Latin1.GetBytes(answer.Header(header)!);

    private async Task<string> PutAsync(params (string Name, string Value)[] headers)
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "hello"u8.ToArray(), null, headers)).Expect(200);
        return target;
    }
}
