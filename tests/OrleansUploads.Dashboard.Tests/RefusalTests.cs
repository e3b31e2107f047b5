using OrleansUploads.Gateway.Http.Telemetry;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Dashboard.Tests;

public sealed class RefusalTests : SignedInServer
{
    [Fact]
    public async Task A_refused_part_is_shown_with_its_sender_and_an_accepted_one_is_not()
    {
        var (upload, other) = (await NewVaultUploadAsync("mine"), await NewVaultUploadAsync("mine"));
        (await SendAsync(Part("mine", upload, 0, new byte[MiB]))).Expect(204);
        await RefuseAsync(await SendAsync(Part("mine", upload, 5, new byte[7])));
        var refusal = Assert.Single(await RefusalsAsync($"vaults/mine/uploads/{upload}"));
        Assert.Equal(
            $"UploadMultipartPart 400 InvalidParameterValueException {Admin.AccessKeyId} 127.0.0.1",
            string.Join(' ', ((string[])["operation", "status", "code", "accessKeyId", "client"]).Select(name => refusal.GetProperty(name))));
        Assert.Equal(Clock.Now.ToUnixTimeMilliseconds(), refusal.GetProperty("at").GetInt64());

        Assert.Empty(await RefusalsAsync($"vaults/mine/uploads/{other}"));
        await RefuseAsync(await SendAsync(Part("mine", other, 0, new byte[7]), Signer.Stranger));
        var strangers = Assert.Single(await RefusalsAsync($"vaults/mine/uploads/{other}"));
        Assert.False(strangers.TryGetProperty("accessKeyId", out _));
        Assert.False(strangers.TryGetProperty("client", out _));
    }

    [Fact]
    public async Task A_part_that_its_key_does_not_permit_is_shown_and_logged_with_its_account()
    {
        var upload = await NewVaultUploadAsync("mine");
        var answer = await SendAsync(
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
        var upload = await NewUploadAsync("/my-bucket/key");
        await RefuseAsync(await SendAsync("PUT", $"/my-bucket/key?partNumber=0&uploadId={upload}", [1]));
        var refusal = Assert.Single(await RefusalsAsync($"buckets/my-bucket/uploads/{upload}?key=key"));
        Assert.Equal("UploadPart InvalidArgument", $"{refusal.GetProperty("operation")} {refusal.GetProperty("code")}");
    }

    [Fact]
    public void The_newest_refusals_replace_the_oldest()
    {
        var refusals = new RecentRefusals();
        for (var i = 0; i <= RecentRefusals.Capacity; i++)
        {
            var target = $"/bucket?uploadId={Some.Upload(i % 2)}";
            refusals.Add(new(DateTimeOffset.UnixEpoch, "UploadPart", i, "code", Some.Account, "key", "client", target));
        }

        var found = refusals.Find(Some.Upload(0), int.MaxValue);
        Assert.Equal(RecentRefusals.Capacity / 2, found.Count);
        Assert.Equal((RecentRefusals.Capacity, 2), (found[0].Status, found[^1].Status));
        Assert.Equal(3, refusals.Find(Some.Upload(1), 3).Count);
    }

    /// <summary>Waits until a refused request is logged, which is after it was kept, and returns its line in the log.</summary>
    private async Task<string> RefuseAsync(ApiAnswer answer)
    {
        Assert.InRange(answer.Status, 400, 499);
        return await Server.Log.WaitForAsync(answer.Header("x-amzn-RequestId") ?? answer.Header("x-amz-request-id")!);
    }

    private async Task<IReadOnlyList<JsonElement>> RefusalsAsync(string path) =>
        (await ShowAsync(path)).TryGetProperty("refusals", out var refusals)
            ? [.. refusals.EnumerateArray()]
            : [];
}
