using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

/// <summary>What a request states is kept or refused, never dropped.</summary>
public sealed class S3ParameterTests(S3Server s3) : IClassFixture<S3Server>
{
    [Theory]
    [InlineData("", 200)]
    [InlineData("<LocationConstraint>eu-west-1</LocationConstraint>", 200)]
    [InlineData("<Tags><Tag><Key>a</Key><Value>1</Value></Tag></Tags>", 501)]
    [InlineData("<Location><Name>zone</Name><Type>AvailabilityZone</Type></Location>", 501)]
    [InlineData("<Bucket><DataRedundancy>SingleAvailabilityZone</DataRedundancy><Type>Directory</Type></Bucket>", 501)]
    public async Task A_bucket_is_created_only_as_stated(string configuration, int status)
    {
        var bucket = "configured-" + Guid.NewGuid().ToString("N");
        (await s3.SendAsync("PUT", $"/{bucket}", $"<CreateBucketConfiguration>{configuration}</CreateBucketConfiguration>")).Expect(status);
        (await s3.SendAsync("HEAD", $"/{bucket}")).Expect(status == 200 ? 200 : 404);
    }

    [Theory]
    [InlineData("us-east-1", true)]
    [InlineData("eu-west-1", false)]
    [InlineData("", true)]
    public async Task Buckets_are_listed_by_region(string region, bool isListed)
    {
        var bucket = await s3.NewBucketAsync();
        Assert.Equal(isListed, Texts((await s3.GetAsync($"/?bucket-region={region}")).Expect(200), "Name").Contains(bucket));
    }

    [Theory]
    [InlineData("GET", "?list-type=2", "x-amz-optional-object-attributes", "RestoreStatus", 200)]
    [InlineData("GET", "?list-type=2", "x-amz-optional-object-attributes", "Colour", 400)]
    [InlineData("GET", "?list-type=2", "x-amz-optional-object-attributes", "RestoreStatus,Colour", 400)]
    [InlineData("PUT", "/k", "x-amz-bucket-namespace", "account-regional", 501)]
    [InlineData("PUT", "/k", "x-amz-website-redirect-location", "/x", 501)]
    [InlineData("GET", "/k?versionId=", "x-id", "1", 400)]
    [InlineData("GET", "/k?versionId=1", "x-id", "1", 501)]
    public async Task A_header_is_refused_if_it_cannot_be_honored(string method, string target, string header, string value, int status)
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.SendAsync("PUT", $"/{bucket}/k", "hello")).Expect(200);
        (await s3.SendAsync(method, $"/{bucket}{target}", null, null, (header, value))).Expect(status);
    }

    [Fact]
    public async Task The_version_null_is_the_object()
    {
        var target = $"/{await s3.NewBucketAsync()}/k";
        (await s3.SendAsync("PUT", target, "hello", ("x-amz-storage-class", "GLACIER"))).Expect(200);
        var tags = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>";
        (await s3.SendAsync("PUT", target + "?tagging&versionId=null", tags)).Expect(200);
        Assert.Equal("a", Text((await s3.GetAsync(target + "?tagging&versionId=null")).Expect(200), "Key"));
        (await s3.SendAsync("POST", target + "?restore&versionId=null", "<RestoreRequest><Days>1</Days></RestoreRequest>")).Expect(202);
        Assert.Equal("hello", (await s3.GetAsync(target + "?versionId=null")).Expect(200).Text);
        (await s3.GetAsync(target + "?attributes&versionId=null", ("x-amz-object-attributes", "ETag"))).Expect(200);
        (await s3.SendAsync("DELETE", target + "?tagging&versionId=null")).Expect(204);
        (await s3.SendAsync("DELETE", target + "?versionId=null")).Expect(204);
        ExpectError(await s3.GetAsync(target), 404, "NoSuchKey");
    }
}
