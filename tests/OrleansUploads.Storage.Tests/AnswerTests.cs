using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Storage.Tests;

/// <summary>What a store says of the bytes that it has acknowledged.</summary>
public sealed class AnswerTests(StoreServers servers)
{
    private const string OtherHash = "\"00000000000000000000000000000000\"";

    [Theory]
    [InlineData(3)]
    [InlineData(3_000_000)]
    public async Task An_answered_write_whose_ETag_is_not_that_of_the_bytes_is_a_failure(int length)
    {
        await using var proxy = await StoreProxy.StartAsync();
        using var store = await OpenAsync(proxy);
        proxy.Change = static answer => Pretend(answer, OtherHash);

        await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(
            () => store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(1), PartBytes.Of(length, seed: 1)));
        proxy.Change = static _ => { };
        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(2), PartBytes.Of(length, seed: 2));
    }

    [Fact]
    public async Task A_store_that_encrypts_has_ETags_of_its_own()
    {
        await using var proxy = await StoreProxy.StartAsync();
        proxy.Change = static answer => Pretend(answer, OtherHash);
        using var store = await OpenAsync(proxy);
        var bytes = PartBytes.Of(3_000_000, seed: 3);
        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(1), bytes);
        Assert.Equal(bytes, await store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
    }

    /// <summary>Answers without a checksum of the bytes.</summary>
    private static void Pretend(HttpResponse answer, string etag)
    {
        foreach (var checksum in answer.Headers.Keys.Where(static name => name.StartsWith("x-amz-checksum", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            answer.Headers.Remove(checksum);
        }

        if (answer.HttpContext.Request.Method == "PUT")
        {
            answer.Headers.ETag = etag;
        }
    }

    private async Task<ObjectPartStore> OpenAsync(StoreProxy proxy) => await ObjectPartStore.OpenAsync(
        await servers.OwnAsync(proxy.To), new ObjectStorageOptions { FirstWait = TimeSpan.FromMilliseconds(5) });
}
