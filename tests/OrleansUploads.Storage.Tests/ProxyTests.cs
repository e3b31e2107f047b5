namespace OrleansUploads.Storage.Tests;

/// <summary>Part stores over servers whose network fails.</summary>
public sealed class ProxyTests(StoreServers servers)
{
    private const int Uploads = 12;

    private static readonly CancellationToken None = CancellationToken.None;

    public static IEnumerable<TheoryDataRow<string>> Servers =>
        [new("own"), new TheoryDataRow<string>("azurite").WithTrait(TestRun.Name, TestRun.Campaign)];

    [Theory, Campaign]
    [MemberData(nameof(Servers))]
    public async Task Every_acknowledged_attempt_is_read_back_when_requests_fail_on_the_way(string server)
    {
        await using var proxy = await StoreProxy.StartAsync();
        using var store = await OpenAsync(server, proxy);
        var gate = new Lock();
        proxy.Plan = FailOneIn(4);
        var acknowledged = new List<(UploadId Upload, AttemptId Attempt, byte[] Bytes)>();
        await Parallel.ForEachAsync(Enumerable.Range(0, Uploads), async (number, _) =>
        {
            // Half of them are sent while they arrive.
            var bytes = PartBytes.Of(number % 2 == 0 ? 400_000 + number : 2_500_000 + number, number);
            for (var tries = 0; ; tries++)
            {
                try
                {
                    var attempt = PartBytes.Attempt((number * 100) + tries);
                    await store.StoreAsync(PartBytes.Upload(number), attempt, bytes);
                    await store.PutManifestAsync(PartBytes.Manifest(PartBytes.Upload(number), 2, number), None);
                    lock (gate)
                    {
                        acknowledged.Add((PartBytes.Upload(number), attempt, bytes));
                    }

                    return;
                }
                catch (PartStoreUnavailableException) when (tries < 50)
                {
                    // A client repeats its part.
                }
            }
        });

        Assert.Equal(Uploads, acknowledged.Count);
        foreach (var (upload, attempt, bytes) in acknowledged)
        {
            Assert.Equal(bytes, await RepeatAsync(() => store.LoadAsync(upload, attempt, bufferBytes: 128 * 1024)));
            Assert.NotNull(await RepeatAsync(() => store.ReadManifestAsync(upload, None).AsTask()));
        }

        proxy.Plan = static _ => ProxyFault.None;
        Assert.Equal(Uploads, await store.ListUploadsAsync(None).CountAsync(None));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_read_is_cut_in_each_answer_and_continues(string server)
    {
        await using var proxy = await StoreProxy.StartAsync();
        using var store = await OpenAsync(server, proxy);
        var bytes = PartBytes.Of(5_000_000, seed: 3);
        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(1), bytes);
        await using var reader = await store.OpenAsync(PartBytes.Upload(1), PartBytes.Attempt(1), bytes.Length, None);
        var before = proxy.Requests;
        proxy.Plan = number => (number - before) <= 3 ? ProxyFault.CutInAnswer : ProxyFault.None;
        reader.Expect(0, bytes.Length);
        var read = new byte[bytes.Length];
        for (var at = 0; at < read.Length;)
        {
            at += await reader.ReadAsync(at, read.AsMemory(at, Math.Min(128 * 1024, read.Length - at)), None);
        }

        Assert.Equal(bytes, read);
        Assert.Equal(4, proxy.Requests - before);
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_read_whose_every_answer_ends_early_is_unavailable(string server)
    {
        await using var proxy = await StoreProxy.StartAsync();
        using var store = await OpenAsync(server, proxy);
        var bytes = PartBytes.Of(2_000_000, seed: 3);
        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(1), bytes);
        await using var reader = await store.OpenAsync(PartBytes.Upload(1), PartBytes.Attempt(1), bytes.Length, None);
        proxy.Plan = static _ => ProxyFault.CutInAnswer;
        reader.Expect(0, bytes.Length);

        var failure = await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(async () => await reader.ReadAsync(0, new byte[bytes.Length], None));

        Assert.DoesNotContain("Retry", failure.Message, StringComparison.Ordinal);
    }

    [Theory, Campaign]
    [MemberData(nameof(Servers))]
    public async Task Attempts_are_deleted_although_requests_fail_on_the_way(string server)
    {
        await using var proxy = await StoreProxy.StartAsync();
        using var store = await OpenAsync(server, proxy);
        AttemptId[] attempts = [.. Enumerable.Range(0, 40).Select(PartBytes.Attempt)];
        foreach (var attempt in attempts)
        {
            await store.StoreAsync(PartBytes.Upload(1), attempt, [1, 2, 3]);
        }

        proxy.Plan = FailOneIn(2);
        foreach (var some in attempts[1..].Chunk(13))
        {
            await RepeatAsync(async () =>
            {
                await store.DeleteAttemptsAsync(PartBytes.Upload(1), some, None);
                return true;
            });
        }

        proxy.Plan = static _ => ProxyFault.None;
        Assert.Equal([attempts[0]], await store.AllAttemptsAsync(PartBytes.Upload(1), None));
    }

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task A_server_that_does_not_answer_is_unavailable(string server)
    {
        await using var proxy = await StoreProxy.StartAsync();
        using var store = await OpenAsync(server, proxy);
        await store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(1), [1, 2, 3]);
        proxy.Plan = static _ => ProxyFault.Cut;

        await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(() => store.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(1)));
        await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(
            () => store.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(2), PartBytes.Of(2_000_000, seed: 4)));
    }

    private static Func<int, ProxyFault> FailOneIn(int requests)
    {
        var random = new Random(requests);
        var gate = new Lock();
        return _ =>
        {
            lock (gate)
            {
                return random.Next(requests) == 0 ? (ProxyFault)random.Next(1, 1 + (int)ProxyFault.CutInAnswer) : ProxyFault.None;
            }
        };
    }

    private async Task<ObjectPartStore> OpenAsync(string server, StoreProxy proxy) => await ObjectPartStore.OpenAsync(
        server == "own" ? await servers.OwnAsync(proxy.To) : await servers.AzuriteAsync(proxy.To),
        new ObjectStorageOptions { FirstWait = TimeSpan.FromMilliseconds(5) });

    private static async Task<T> RepeatAsync<T>(Func<Task<T>> call)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await call();
            }
            catch (PartStoreUnavailableException) when (tries < 50)
            {
            }
        }
    }
}
