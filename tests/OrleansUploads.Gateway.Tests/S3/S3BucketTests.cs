using System.Xml.Linq;
using static OrleansUploads.Gateway.Tests.S3.S3Server;

namespace OrleansUploads.Gateway.Tests.S3;

public sealed class S3BucketTests(S3Server s3) : IClassFixture<S3Server>
{
    [Fact]
    public async Task A_bucket_is_created_listed_and_deleted()
    {
        var created = (await s3.SendAsync("PUT", "/first.bucket")).Expect(200);
        Assert.Equal(("/first.bucket", "arn:aws:s3:::first.bucket"), (created.Header("Location"), created.Header("x-amz-bucket-arn")));
        (await s3.SendAsync("PUT", "/first.bucket/", "<CreateBucketConfiguration><LocationConstraint>eu-1</LocationConstraint></CreateBucketConfiguration>")).Expect(200);
        Assert.Contains("first.bucket", Texts((await s3.GetAsync("/")).Expect(200), "Name"));
        var listed = (await s3.GetAsync("/?prefix=first.")).Expect(200);
        Assert.Equal(("us-east-1", "arn:aws:s3:::first.bucket"), (Text(listed, "BucketRegion"), Text(listed, "BucketArn")));
        var shown = (await s3.SendAsync("HEAD", "/first.bucket")).Expect(200);
        Assert.Equal(
            ("us-east-1", "arn:aws:s3:::first.bucket", "false"),
            (shown.Header("x-amz-bucket-region"), shown.Header("x-amz-bucket-arn"), shown.Header("x-amz-access-point-alias")));

        (await s3.SendAsync("DELETE", "/first.bucket")).Expect(204);
        Assert.Empty((await s3.SendAsync("HEAD", "/first.bucket")).Expect(404).Body);
        ExpectError(await s3.SendAsync("DELETE", "/first.bucket"), 404, "NoSuchBucket");
        Assert.DoesNotContain("first.bucket", Texts(await s3.GetAsync("/"), "Name"));
    }

    [Fact]
    public async Task A_bucket_belongs_to_one_account()
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.SendAsync("PUT", $"/{bucket}/k", "x")).Expect(200);
        ExpectError(await s3.SendAsync("PUT", $"/{bucket}", signer: Stranger), 409, "BucketAlreadyExists");
        ExpectError(await s3.SendAsync("GET", $"/{bucket}", signer: Stranger), 403, "AccessDenied");
        ExpectError(await s3.SendAsync("GET", $"/{bucket}/k", signer: Stranger), 403, "AccessDenied");
        ExpectError(await s3.SendAsync("PUT", $"/{bucket}/k", [1], Stranger), 403, "AccessDenied");
        ExpectError(await s3.SendAsync("DELETE", $"/{bucket}", signer: Stranger), 403, "AccessDenied");
        Assert.Empty(Texts((await s3.SendAsync("GET", "/", signer: Stranger)).Expect(200), "Name"));
        Assert.Equal("x", (await s3.GetAsync($"/{bucket}/k")).Text);
    }

    [Fact]
    public async Task A_refused_HEAD_names_the_region_whether_or_not_the_bucket_exists()
    {
        var bucket = await s3.NewBucketAsync();

        foreach (var target in new[] { $"/{bucket}", "/no-such-bucket" })
        {
            Assert.Equal("us-east-1", (await s3.Server.SendAsync(new ApiRequest("HEAD", target), [])).Expect(403).Header("x-amz-bucket-region"));
        }

        Assert.Equal("us-east-1", (await s3.SendAsync("HEAD", $"/{bucket}", signer: Stranger)).Expect(403).Header("x-amz-bucket-region"));
        Assert.Null((await s3.SendAsync("HEAD", "/no-such-bucket")).Expect(404).Header("x-amz-bucket-region"));
        Assert.Null((await s3.Server.SendAsync(new ApiRequest("HEAD", $"/{bucket}/k"), [])).Expect(403).Header("x-amz-bucket-region"));
    }

    [Theory]
    [InlineData("ab")]
    [InlineData("Upper")]
    [InlineData("under_score")]
    [InlineData("-dash")]
    [InlineData("two..dots")]
    [InlineData("192.168.0.1")]
    public async Task An_invalid_name_is_refused_with_what_a_name_may_be(string name)
    {
        var answer = await s3.SendAsync("PUT", "/" + name);

        ExpectError(answer, 400, "InvalidBucketName");
        Assert.Contains($"'{name}' is not the name of a bucket: it has 3 to 63 characters", XDocument.Parse(answer.Text).Root!.Element("Message")!.Value, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("location", "LocationConstraint")]
    [InlineData("versioning", "VersioningConfiguration")]
    [InlineData("acl", "AccessControlPolicy")]
    [InlineData("ownershipControls", "OwnershipControls")]
    [InlineData("requestPayment", "RequestPaymentConfiguration")]
    [InlineData("logging", "BucketLoggingStatus")]
    [InlineData("notification", "NotificationConfiguration")]
    [InlineData("accelerate", "AccelerateConfiguration")]
    [InlineData("policy", null, "NoSuchBucketPolicy")]
    [InlineData("policyStatus", null, "NoSuchBucketPolicy")]
    [InlineData("lifecycle", null, "NoSuchLifecycleConfiguration")]
    [InlineData("cors", null, "NoSuchCORSConfiguration")]
    [InlineData("tagging", null, "NoSuchTagSet")]
    [InlineData("website", null, "NoSuchWebsiteConfiguration")]
    [InlineData("encryption", null, "ServerSideEncryptionConfigurationNotFoundError")]
    [InlineData("object-lock", null, "ObjectLockConfigurationNotFoundError")]
    [InlineData("replication", null, "ReplicationConfigurationNotFoundError")]
    [InlineData("publicAccessBlock", null, "NoSuchPublicAccessBlockConfiguration")]
    public async Task A_setting_has_its_default_or_its_own_error_and_cannot_be_changed(string query, string? root, string code = "")
    {
        var bucket = await s3.NewBucketAsync();
        var answer = await s3.GetAsync($"/{bucket}/?{query}");
        if (root is null)
        {
            ExpectError(answer, 404, code);
        }
        else
        {
            Assert.Contains($"<{root} ", answer.Expect(200).Text, StringComparison.Ordinal);
        }

        ExpectError(await s3.SendAsync("PUT", $"/{bucket}?{query}", "<x/>"), 501, "NotImplemented");
    }

    [Fact]
    public async Task Buckets_are_filtered_by_prefix_before_they_are_paged()
    {
        foreach (var name in (string[])["list-a", "other-b", "list-c", "list-d", "other-e"])
        {
            (await s3.SendAsync("PUT", "/" + name)).Expect(200);
        }

        var first = (await s3.GetAsync("/?prefix=list-&max-buckets=2")).Expect(200);
        Assert.Equal(["list-a", "list-c"], Texts(first, "Name"));
        Assert.Equal("list-", Text(first, "Prefix"));
        Assert.Equal(["us-east-1", "us-east-1"], Texts(first, "BucketRegion"));
        Assert.Empty(Texts((await s3.GetAsync("/")).Expect(200), "BucketRegion"));
        var second = (await s3.GetAsync($"/?prefix=list-&max-buckets=2&continuation-token={Text(first, "ContinuationToken")}")).Expect(200);
        Assert.Equal(["list-d"], Texts(second, "Name"));
        Assert.Empty(Texts(second, "ContinuationToken"));
        Assert.Empty(Texts((await s3.GetAsync("/?prefix=absent")).Expect(200), "Name"));
        ExpectError(await s3.GetAsync("/?max-buckets=0"), 400, "InvalidArgument");
    }

    [Fact]
    public async Task The_stated_owner_must_own_the_bucket()
    {
        var bucket = await s3.NewBucketAsync();
        (await s3.GetAsync($"/{bucket}", ("x-amz-expected-bucket-owner", "111122223333"))).Expect(200);
        ExpectError(await s3.GetAsync($"/{bucket}", ("x-amz-expected-bucket-owner", "999988887777")), 403, "AccessDenied");
        ExpectError(await s3.GetAsync($"/{bucket}", ("x-amz-expected-bucket-owner", "1111")), 400, "InvalidBucketOwnerAWSAccountID");
    }

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
}
