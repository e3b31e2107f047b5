namespace OrleansUploads.Core.Tests.Signing;

public class CanonicalRequestTests
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("", "/")]
    [InlineData("/-/vaults/a.b_c-d~e", "/-/vaults/a.b_c-d~e")]
    [InlineData("/-/vaults/a%20b", "/-/vaults/a%2520b")]
    [InlineData("/-/vaults/a%7eb", "/-/vaults/a%257eb")]
    [InlineData("/a+b=c:d@e", "/a%2Bb%3Dc%3Ad%40e")]
    [InlineData("/a//b/", "/a//b/")]
    [InlineData("/ü", "/%C3%BC")]
    public void Glacier_encodes_the_path_as_sent_once_more(string sent, string canonical) =>
        Assert.Equal(canonical, Line(1, new ExampleRequest { Target = sent }));

    [Theory]
    [InlineData("/bucket/a%20b", "/bucket/a%20b")]
    [InlineData("/bucket/a%2fb%7e", "/bucket/a/b~")]
    [InlineData("/bucket/a+b", "/bucket/a%2Bb")]
    [InlineData("/a/../b//./c", "/a/../b//./c")]
    [InlineData("/bucket/100%", "/bucket/100%25")]
    [InlineData("/bucket/%zz%4", "/bucket/%25zz%254")]
    [InlineData("/bucket/%FF%c3%BC", "/bucket/%FF%C3%BC")]
    public void S3_encodes_each_byte_of_the_path_exactly_once(string sent, string canonical) =>
        Assert.Equal(canonical, Line(1, new ExampleRequest { Rules = SigningRules.S3, Target = sent }));

    [Theory]
    [InlineData("", "")]
    [InlineData("?", "")]
    [InlineData("?marker", "marker=")]
    [InlineData("?marker=", "marker=")]
    [InlineData("?marker=b&limit=10", "limit=10&marker=b")]
    [InlineData("?a=2&a=10&a=1", "a=1&a=10&a=2")]
    [InlineData("?a=1&a-b=1", "a=1&a-b=1")]
    [InlineData("?b=1&B=1&%41=1", "A=1&B=1&b=1")]
    [InlineData("?m=a%2fb%20c~d%7Ee", "m=a%2Fb%20c~d~e")]
    [InlineData("?m=a/b+c%2Bd", "m=a%2Fb%20c%2Bd")]
    [InlineData("?a+b=1", "a%20b=1")]
    [InlineData("?m=a=b==", "m=a%3Db%3D%3D")]
    [InlineData("?&&a=1&", "a=1")]
    [InlineData("?a=1?b=2", "a=1%3Fb%3D2")]
    [InlineData("?a=%", "a=%25")]
    public void The_query_is_decoded_encoded_and_sorted_by_name_then_value(string sent, string canonical) =>
        Assert.Equal(canonical, Line(2, new ExampleRequest { Target = "/" + sent }));

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("  padded\t ", "padded")]
    [InlineData("two  spaces   and \t tab", "two spaces and tab")]
    [InlineData("", "")]
    [InlineData("   ", "")]
    [InlineData("\"quoted  text\"", "\"quoted text\"")]
    [InlineData("first,second", "first,second")]
    [InlineData("a\r\nx-forged:b", "a x-forged:b")]
    public void A_header_is_trimmed_and_its_inner_runs_of_white_space_become_one_space(string sent, string canonical)
    {
        var request = new ExampleRequest { SignedHeaders = ["host", "x-amz-archive-description"] }
            .With("x-amz-archive-description", sent);
        Assert.Equal($"x-amz-archive-description:{canonical}", Line(4, request));
    }

    [Fact]
    public void A_request_larger_than_the_first_buffer_is_written_whole()
    {
        var description = new string('d', 100_000);
        var request = new ExampleRequest { SignedHeaders = ["host", "x-amz-archive-description"] }
            .With("x-amz-archive-description", description);
        Assert.Equal($"x-amz-archive-description:{description}", Line(4, request));
    }

    private static string Line(int index, ExampleRequest request) => request.Canonical().Split('\n')[index];
}
