using System.Net;

namespace OrleansUploads.Storage.Tests;

/// <summary>Writes that a real store signs for nodes.</summary>
public sealed class GrantTests(StoreServers servers) : IDisposable
{
    private static readonly UploadId Upload = PartBytes.Upload(1);

    private readonly HttpClient _node = new();

    public void Dispose() => _node.Dispose();

    [Fact]
    public Task Our_own_server_accepts_a_signed_write_once() => ExpectOneWriteAsync(servers.OwnAsync(), refusesOtherLengths: true);

    [Fact, Campaign]
    public Task Azurite_accepts_a_signed_write_once() => ExpectOneWriteAsync(servers.AzuriteAsync(), refusesOtherLengths: false);

    [Fact, Campaign]
    public async Task A_store_that_ignores_conditions_grants_nothing()
    {
        using var store = await ObjectPartStore.OpenAsync(await servers.S3rverAsync(), cancellationToken: Cancellation);
        Assert.Null(store.Grants);
    }

    [Fact]
    public async Task A_store_that_is_only_read_grants_nothing()
    {
        using var store = ObjectPartStore.OpenForReading(await servers.OwnAsync());
        Assert.Null(store.Grants);
    }

    private async Task ExpectOneWriteAsync(Task<IObjectStorage> storage, bool refusesOtherLengths)
    {
        using var store = await ObjectPartStore.OpenAsync(await storage, cancellationToken: Cancellation);
        var bytes = PartBytes.Of(100_000, seed: 1);
        var attempt = PartBytes.GrantedAttempt(1);

        // The same footer as that of the store's own writer.
        await store.StoreAsync(Upload, attempt, bytes);
        var content = await ReadObjectAsync(await storage);
        await store.DeleteAttemptAsync(Upload, attempt, Cancellation);
        var write = await store.Grants!.SignAsync(
            Upload, attempt, bytes.Length, TimeProvider.System.GetUtcNow().AddMinutes(1), Cancellation);

        Assert.False(IsSuccess(await SendAsync(write with { Address = OtherName(write.Address) }, content)));
        if (refusesOtherLengths)
        {
            Assert.False(IsSuccess(await SendAsync(write, [.. content, 0])));
        }

        Assert.True(IsSuccess(await SendAsync(write, content)));
        Assert.False(IsSuccess(await SendAsync(write, new byte[content.Length])));
        Assert.False(IsSuccess(await SendAsync(write with { Headers = WithoutCondition(write) }, new byte[content.Length])));
        Assert.Equal(bytes, await store.LoadAsync(Upload, attempt));

        async Task<byte[]> ReadObjectAsync(IObjectStorage from)
        {
            var listed = Assert.Single((await from.ListAsync("", null, Cancellation)).Objects);
            using var found = await from.ReadAsync(listed.Key, new ObjectRange(0, listed.LengthBytes), Cancellation);
            using var all = new MemoryStream();
            await found.Bytes.CopyToAsync(all, Cancellation);
            return all.ToArray();
        }
    }

    private static bool IsSuccess(HttpStatusCode status) => (int)status is >= 200 and < 300;

    private static Dictionary<string, string> WithoutCondition(SignedWrite write) =>
        write.Headers.Where(static header => header.Key != "If-None-Match").ToDictionary();

    private static Uri OtherName(Uri address) => new(address.AbsoluteUri.Replace(".part", ".other", StringComparison.Ordinal));

    private async Task<HttpStatusCode> SendAsync(SignedWrite write, byte[] bytes)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, write.Address) { Content = new ByteArrayContent(bytes) };
        foreach (var (name, value) in write.Headers)
        {
            request.Headers.Add(name, value);
        }

        using var answer = await _node.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }
}
