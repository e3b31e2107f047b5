using OrleansUploads.Core.Settings;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Http;

/// <summary>Clients of a gateway that sends every command twice get the answers of one that sends it once.</summary>
public sealed class RepeatedCommandTests : S3Server
{
    /// <summary>In us-east-1, a bucket that exists can be created again.</summary>
    private const string Region = "eu-central-1";

    protected override Signer Signs => Owner with { Region = Region };

    protected override GatewaySetup Setup
    {
        get
        {
            var setup = new GatewaySetup
            {
                Retrievals = new RetrievalPolicy { StandardDelay = TimeSpan.FromHours(3) },
                Vaults = new VaultLimits { Jobs = 1 },
                Options = new GatewayOptions { Region = Region },
            };
            var host = new RepeatingHost(setup.Host(setup));
            return setup with { Host = _ => host };
        }
    }

    [Fact]
    public async Task Operations_on_a_vault_succeed()
    {
        var (first, last) = (Bytes(MiB), Bytes(1000));
        byte[] archive = [.. first, .. last];
        (await SendAsync(CreateVault("photos"))).Expect(201);
        var upload = (await SendAsync(Initiate("photos"))).Expect(201).Header("x-amz-multipart-upload-id")!;
        (await SendAsync(Part("photos", upload, 0, first))).Expect(204);
        (await SendAsync(Part("photos", upload, MiB, last))).Expect(204);
        var completed = (await SendAsync(Complete("photos", upload, archive))).Expect(201).Header("x-amz-archive-id")!;
        var single = (await SendAsync(UploadArchive("photos", last))).Expect(201).Header("x-amz-archive-id")!;
        var aborted = (await SendAsync(Initiate("photos"))).Expect(201).Header("x-amz-multipart-upload-id")!;
        Assert.Equal(
            aborted,
            Assert.Single((await SendAsync(ListUploads("photos"))).Expect(200).Json.GetProperty("UploadsList").EnumerateArray())
                .GetProperty("MultipartUploadId").GetString());
        (await SendAsync(Abort("photos", aborted))).Expect(204);
        Assert.Empty((await SendAsync(ListUploads("photos"))).Expect(200).Json.GetProperty("UploadsList").EnumerateArray());
        (await SendAsync(Retrieve("photos", completed))).Expect(202);
        (await SendAsync(Retrieve("photos", completed))).ExpectLimitExceeded("has 1 jobs");
        Assert.Contains("\"NumberOfArchives\":2", (await SendAsync(DescribeVault("photos"))).Expect(200).Text, StringComparison.Ordinal);

        (await SendAsync(DeleteArchive("photos", completed))).Expect(204);
        (await SendAsync(DeleteArchive("photos", single))).Expect(204);
        (await SendAsync(DeleteVault("photos"))).Expect(204);
        (await SendAsync(DeleteVault("photos"))).Expect(404);
        (await SendAsync(CreateVault("photos"))).Expect(201);
    }

    [Fact]
    public async Task A_bucket_is_created_and_deleted()
    {
        (await SendAsync("PUT", "/new")).Expect(200);
        (await SendAsync("PUT", "/new/k", "x")).Expect(200);
        ExpectError(await SendAsync("DELETE", "/new"), 409, "BucketNotEmpty");
        (await SendAsync("DELETE", "/new/k")).Expect(204);
        (await SendAsync("DELETE", "/new")).Expect(204);
        ExpectError(await SendAsync("DELETE", "/new"), 404, "NoSuchBucket");
        (await SendAsync("PUT", "/new")).Expect(200);
    }

    [Fact]
    public async Task An_object_is_written_on_a_condition()
    {
        (await SendAsync("PUT", "/conditions")).Expect(200);
        (await SendAsync("PUT", "/conditions/k", "first", ("If-None-Match", "*"))).Expect(200);
        ExpectError(await SendAsync("PUT", "/conditions/k", "x", ("If-None-Match", "*")), 412, "PreconditionFailed");
        var tag = (await SendAsync("HEAD", "/conditions/k")).Expect(200).Header("ETag")!;
        (await SendAsync("PUT", "/conditions/k", "second", ("If-Match", tag))).Expect(200);
        (await SendAsync("DELETE", "/conditions/k")).Expect(204);
    }

    /// <summary>The refusal may be due to another client, and of two clients that delete one object only one may succeed.</summary>
    [Fact]
    public async Task A_deletion_on_a_condition_gets_the_second_answer()
    {
        (await SendAsync("PUT", "/deletions")).Expect(200);
        var old = (await SendAsync("PUT", "/deletions/k", "old")).Expect(200).Header("ETag")!;
        var tag = (await SendAsync("PUT", "/deletions/k", "x")).Expect(200).Header("ETag")!;
        ExpectError(await SendAsync("DELETE", "/deletions/k", "", ("If-Match", old)), 412, "PreconditionFailed");
        ExpectError(await SendAsync("DELETE", "/deletions/k", "", ("If-Match", tag)), 404, "NoSuchKey");
    }

    [Fact]
    public async Task A_multipart_upload_of_an_object_is_completed_or_aborted()
    {
        (await SendAsync("PUT", "/parts")).Expect(200);
        var upload = Text((await SendAsync("POST", "/parts/k?uploads")).Expect(200), "UploadId");
        var tag = (await SendAsync("PUT", $"/parts/k?partNumber=1&uploadId={upload}", "x")).Expect(200).Header("ETag")!;
        (await SendAsync(
            "POST", $"/parts/k?uploadId={upload}", CompletionDocument.Of((1, tag)), ("If-None-Match", "*"))).Expect(200);
        var aborted = Text((await SendAsync("POST", "/parts/k?uploads")).Expect(200), "UploadId");
        (await SendAsync("DELETE", $"/parts/k?uploadId={aborted}")).Expect(204);

        (await SendAsync("DELETE", "/parts/k")).Expect(204);
        (await SendAsync("DELETE", "/parts")).Expect(204);
    }

    [Fact]
    public async Task A_restore_begins()
    {
        (await SendAsync("PUT", "/archived")).Expect(200);
        (await SendAsync("PUT", "/archived/k", "x", ("x-amz-storage-class", "GLACIER"))).Expect(200);

        (await SendAsync("POST", "/archived/k?restore", "<RestoreRequest><Days>2</Days></RestoreRequest>")).Expect(202);
    }
}
