namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3AddressTests
{
    [Theory]
    [InlineData("/", null, null)]
    [InlineData("/b", "b", null)]
    [InlineData("/b/", "b", null)]
    [InlineData("/b/k", "b", "k")]
    [InlineData("/b/k/", "b", "k/")]
    [InlineData("/b//k", "b", "/k")]
    [InlineData("/b/a/../c/./d", "b", "a/../c/./d")]
    [InlineData("/b/a%2Fb%2fc", "b", "a/b/c")]
    [InlineData("/b/a+b%2Bc%20d", "b", "a+b+c d")]
    [InlineData("/b/%252F", "b", "%2F")]
    [InlineData("/b/%C3%A9%E2%82%AC", "b", "é€")]
    [InlineData("/b/%01%0D%0A", "b", "\u0001\r\n")]
    [InlineData("/b/k?x", "b", "k?x")]
    [InlineData("//k", "", "k")]
    public void A_path_is_decoded_once_and_not_normalized(string path, string? bucket, string? key) =>
        Assert.Equal(new S3Address(bucket, key), S3Address.Parse(path, "localhost", null));

    [Theory]
    [InlineData("/b/%FF")]
    [InlineData("/b/%")]
    [InlineData("/b/%4")]
    [InlineData("/b/%zz")]
    [InlineData("/b/%C0%AF")]
    [InlineData("/b/%ED%A0%80")]
    [InlineData("http://host/b/k")]
    [InlineData("*")]
    [InlineData("")]
    public void A_path_that_is_not_absolute_or_not_UTF_8_is_no_address(string path) =>
        Assert.Null(S3Address.Parse(path, "localhost", null));

    [Theory]
    [InlineData("b.s3.example.com", "b", "a/k")]
    [InlineData("B.S3.Example.Com", "b", "a/k")]
    [InlineData("my.bucket.s3.example.com", "my.bucket", "a/k")]
    [InlineData("s3.example.com", "a", "k")]
    [InlineData("xs3.example.com", "a", "k")]
    [InlineData("127.0.0.1", "a", "k")]
    public void The_host_may_name_the_bucket(string host, string bucket, string key) =>
        Assert.Equal(
            new S3Address(bucket, key) { HostPrefix = key == "k" ? "" : "/" + bucket }, S3Address.Parse("/a/k", host, "s3.example.com"));

    [Fact]
    public void A_bucket_in_the_host_needs_no_key() =>
        Assert.Equal(S3Level.Bucket, S3Address.Parse("/", "b.s3.example.com", "s3.example.com")!.Level);
}
