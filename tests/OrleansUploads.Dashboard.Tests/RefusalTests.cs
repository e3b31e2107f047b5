using System.Text.Json;
using OrleansUploads.Gateway.Http.Telemetry;
using OrleansUploads.Gateway.Tests.S3;
using static OrleansUploads.Dashboard.Tests.DashboardServer;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Dashboard.Tests;

public sealed class RefusalTests : IAsyncLifetime
{
    private readonly DashboardServer _server = new();
    private string _cookie = null!;

    public async ValueTask InitializeAsync()
    {
        await _server.InitializeAsync();
        _cookie = await _server.SignInAsync(Admin);
        (await _server.Server.SendAsync(CreateVault("mine"))).Expect(201);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_refused_part_is_shown_with_its_sender_and_an_accepted_one_is_not()
    {
        var upload = await NewUploadAsync();
        var other = await NewUploadAsync();
        (await _server.Server.SendAsync(Part("mine", upload, 0, new byte[MiB]))).Expect(204);
        await RefuseAsync(await _server.Server.SendAsync(Part("mine", upload, 5, new byte[7])));

        var refusal = Assert.Single(await RefusalsAsync($"vaults/mine/uploads/{upload}"));

        Assert.Equal(
            $"UploadMultipartPart 400 InvalidParameterValueException {Admin.AccessKeyId} 127.0.0.1",
            string.Join(' ', ((string[])["operation", "status", "code", "accessKeyId", "client"]).Select(name => refusal.GetProperty(name))));
        Assert.Equal(_server.Clock.Now.ToUnixTimeMilliseconds(), refusal.GetProperty("at").GetInt64());
        Assert.Empty(await RefusalsAsync($"vaults/mine/uploads/{other}"));
    }

    [Fact]
    public async Task The_key_of_another_account_is_not_shown()
    {
        var upload = await NewUploadAsync();
        await RefuseAsync(await _server.Server.SendAsync(
            Part("mine", upload, 0, new byte[7]), Signer.Stranger));
        var refusal = Assert.Single(await RefusalsAsync($"vaults/mine/uploads/{upload}"));
        Assert.False(refusal.TryGetProperty("accessKeyId", out _));
    }

    [Fact]
    public async Task A_part_that_its_key_does_not_permit_is_shown_and_logged_with_its_account()
    {
        var upload = await NewUploadAsync();
        var answer = await _server.Server.SendAsync(
            Part("mine", upload, 0, new byte[7]), new Signer { AccessKeyId = Reader.AccessKeyId, SecretKey = Reader.Secret });
        var line = await RefuseAsync(answer.Expect(403));
        var refusal = Assert.Single(await RefusalsAsync($"vaults/mine/uploads/{upload}"));
        Assert.Equal(
            $"UploadMultipartPart AccessDeniedException {Reader.AccessKeyId}",
            string.Join(' ', ((string[])["operation", "code", "accessKeyId"]).Select(name => refusal.GetProperty(name))));
        Assert.Contains($"account {Reader.Account} status 403", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_part_of_an_object_is_shown()
    {
        await _server.CreateBucketAsync("my-bucket");
        var upload = await _server.NewObjectUploadAsync("/my-bucket/key");
        await RefuseAsync(await _server.Server.SendAsync(
            S3Server.Request("PUT", $"/my-bucket/key?partNumber=0&uploadId={upload}", [1]), S3Server.Owner));
        var refusal = Assert.Single(await RefusalsAsync($"buckets/my-bucket/uploads/{upload}?key=key"));
        Assert.Equal("UploadPart InvalidArgument", $"{refusal.GetProperty("operation")} {refusal.GetProperty("code")}");
    }

    [Fact]
    public void The_newest_refusals_replace_the_oldest()
    {
        var refusals = new RecentRefusals();
        for (var i = 0; i <= RecentRefusals.Capacity; i++)
        {
            refusals.Add(Refused(Some.Upload(i % 2), i));
        }

        var found = refusals.Find(Some.Upload(0), int.MaxValue);
        Assert.Equal(RecentRefusals.Capacity / 2, found.Count);
        Assert.Equal((RecentRefusals.Capacity, 2), (found[0].Status, found[^1].Status));
        Assert.Equal(3, refusals.Find(Some.Upload(1), 3).Count);
    }

    private static RefusedRequest Refused(UploadId upload, int number) =>
        new(DateTimeOffset.UnixEpoch, "UploadPart", number, "code", Some.Account, "key", "client", $"/bucket?uploadId={upload}");

    private async Task<string> NewUploadAsync() =>
        (await _server.Server.SendAsync(Initiate("mine", MiB))).Expect(201).Header("x-amz-multipart-upload-id")!;

    /// <summary>Waits until a refused request is logged, which is after it was kept, and returns its line in the log.</summary>
    private async Task<string> RefuseAsync(ApiAnswer answer)
    {
        Assert.InRange(answer.Status, 400, 499);
        return await _server.Server.Log.WaitForAsync(answer.Header("x-amzn-RequestId") ?? answer.Header("x-amz-request-id")!);
    }

    private async Task<IReadOnlyList<JsonElement>> RefusalsAsync(string path) =>
        (await _server.GetAsync(path, _cookie)).Expect(200).Json.TryGetProperty("refusals", out var refusals)
            ? [.. refusals.EnumerateArray()]
            : [];
}
