using OrleansUploads.Engine.Attempts;
using OrleansUploads.Engine.Moving;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.Engine.Ownership;
using OrleansUploads.TestKit.ObjectStorage;

namespace OrleansUploads.Engine.Tests.Moving;

/// <summary>The copy of a store of parts, from a folder to an object store or to another folder.</summary>
public sealed class PartsCopyTests : IDisposable
{
    private const int Uploads = 20;
    private const int Parts = 2 * Uploads;

    private static readonly byte[] Mark = [.. Enumerable.Range(0, StoreMarks.Bytes).Select(static value => (byte)value)];

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();
    private readonly LosingStorage _objects = new();
    private readonly DiskPartStore _from;
    private readonly ObjectPartStore _to;

    public PartsCopyTests()
    {
        _from = DiskPartStore.OpenShared(_folder.File("from"));
        _to = ObjectPartStore.OpenForReading(_objects);
    }

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_copy_has_every_part_and_manifest_and_a_second_one_has_only_what_is_new()
    {
        await FillAsync();

        var copied = await Copy().CopyAsync(Cancellation);

        Assert.Equal((Parts, Uploads, 0, 0), (copied.AttemptCount, copied.ManifestCount, copied.PresentCount, copied.FaultCount));
        await ExpectAllAsync(_to);
        var again = await Copy().CopyAsync(Cancellation);
        Assert.Equal((0, 0, Parts + Uploads), (again.AttemptCount, again.ManifestCount, again.PresentCount));
        await _from.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(999), PartBytes.Of(10, 1));
        var third = await Copy().CopyAsync(Cancellation);
        Assert.Equal((1, 0, 10), (third.AttemptCount, third.ManifestCount, third.ByteCount));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(45)]
    public async Task An_interrupted_copy_continues(int puts)
    {
        await FillAsync();
        _objects.RefusesAfter = puts;
        await Assert.ThrowsAnyAsync<Exception>(() => Copy().CopyAsync(Cancellation));

        _objects.RefusesAfter = int.MaxValue;
        var copied = await Copy().CopyAsync(Cancellation);

        Assert.Equal(Parts + Uploads, copied.AttemptCount + copied.ManifestCount + copied.PresentCount);
        Assert.InRange(copied.PresentCount, 0, puts);
        await ExpectAllAsync(_to);
    }

    [Fact]
    public async Task What_an_interrupted_copy_has_left_in_a_folder_is_copied_again()
    {
        await FillAsync();
        using var to = DiskPartStore.OpenShared(_folder.File("to"));
        await new PartsCopy(_from, to, new CopyOptions(), _time).CopyAsync(Cancellation);
        var files = Directory.GetFiles(_folder.File("to"), "*.part", SearchOption.AllDirectories);
        await File.WriteAllBytesAsync(files[0], new byte[new FileInfo(files[0]).Length], Cancellation);
        await File.WriteAllBytesAsync(files[1], [1], Cancellation);

        var copied = await new PartsCopy(_from, to, new CopyOptions(), _time).CopyAsync(Cancellation);

        Assert.Equal((2, Parts - 2 + Uploads), (copied.AttemptCount, copied.PresentCount));
        await ExpectAllAsync(to);
    }

    [Fact]
    public async Task A_part_that_no_server_has_acknowledged_yet_is_not_copied_and_is_no_damage()
    {
        await FillAsync();
        await using var writer = await _from.CreateAsync(PartBytes.Upload(1), PartBytes.Attempt(999), 1000, Cancellation);
        await writer.WriteAsync(new byte[500], Cancellation);

        var copied = await Copy().CopyAsync(Cancellation);

        Assert.Equal((Parts, 1, 0), (copied.AttemptCount, copied.UnfinishedCount, copied.FaultCount));
    }

    [Fact]
    public async Task A_damaged_part_is_reported_each_time_everything_else_is_copied_and_the_last_copy_gives_no_mark()
    {
        await FillAsync(isMarked: true);
        FileDamage.Flip(Directory.GetFiles(_folder.File("from"), "*.part", SearchOption.AllDirectories)[0], 0);

        for (var round = 0; round < 2; round++)
        {
            Assert.Contains("differ", Assert.Single((await Copy().CopyAsync(Cancellation)).Faults), StringComparison.Ordinal);
        }

        Assert.Equal(Parts - 1 + Uploads, _objects.Objects.Count);
        Assert.Equal(1, (await FinishAsync()).FaultCount);
        Assert.Null(await _to.FindMarkAsync(Cancellation));
    }

    [Fact]
    public async Task Other_hashes_at_the_target_are_found_and_copied_again_if_they_are_compared()
    {
        await FillAsync();
        await Copy().CopyAsync(Cancellation);
        var key = _objects.Objects.Keys.First(static key => key.EndsWith(".part", StringComparison.Ordinal));
        _objects.Objects[key][^1] ^= 1;

        Assert.Equal(0, (await Copy().CopyAsync(Cancellation)).AttemptCount);
        Assert.Equal(1, (await Copy(new CopyOptions { ComparesHashes = true }).CopyAsync(Cancellation)).AttemptCount);
        await ExpectAllAsync(_to);
    }

    [Fact]
    public async Task The_rate_of_a_copy_is_limited()
    {
        await FillAsync();
        var begun = _time.GetUtcNow();

        var copied = await AdvanceAsync(Copy(new CopyOptions { BytesPerSecond = 50_000 }).CopyAsync(Cancellation));

        Assert.Equal(Parts, copied.AttemptCount);
        Assert.True(_time.GetUtcNow() - begun > TimeSpan.FromSeconds(copied.ByteCount / 50_000 * 0.9), "The copy did not wait.");
    }

    [Fact]
    [Promise("operations.md", "a folder that was imported into a cluster, or a store whose bytes have moved")]
    public async Task The_last_copy_ends_the_use_of_the_source_and_gives_its_mark_to_the_target()
    {
        await FillAsync(isMarked: true);
        await Copy().CopyAsync(Cancellation);

        await FinishAsync();

        Assert.Equal(Mark, await _to.FindMarkAsync(Cancellation));
        Assert.Equal(_to.Place, await StoreOwnership.FindMovedAsync(_from, Cancellation));
        await ExpectAllAsync(_to);
        Assert.Equal(0, (await FinishAsync()).AttemptCount);
        Assert.Contains("mark or a claim", (await Assert.ThrowsAsync<IOException>(() => Copy().CopyAsync(Cancellation))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_server_stores_before_it_knows_that_its_store_has_moved_is_copied()
    {
        await FillAsync(isMarked: true);
        var finishing = Copy().FinishAsync(Cancellation);
        await Eventually.BecomesTrueAsync(
            async () => await StoreOwnership.FindMovedAsync(_from, Cancellation) is not null, "the store is left");

        await _from.StoreAsync(PartBytes.Upload(1), PartBytes.Attempt(999), PartBytes.Of(10, 1));
        Assert.Empty(_objects.Objects);
        await AdvanceAsync(finishing);

        Assert.Equal(PartBytes.Of(10, 1), await _to.LoadAsync(PartBytes.Upload(1), PartBytes.Attempt(999)));
    }

    [Fact]
    public async Task A_store_that_loses_an_object_does_not_become_the_store_of_the_cluster()
    {
        await FillAsync(isMarked: true);
        _objects.Lost = 17;

        var refused = await Assert.ThrowsAsync<IOException>(FinishAsync);

        Assert.Contains("did not list", refused.Message, StringComparison.Ordinal);
        Assert.Null(await _to.FindMarkAsync(Cancellation));
        await FinishAsync();
        await ExpectAllAsync(_to);
    }

    [Fact]
    public async Task A_target_in_use_is_refused()
    {
        await FillAsync();
        using var marked = DiskPartStore.OpenShared(_folder.File("marked"));
        await marked.FindOrMakeMarkAsync(Mark.Reverse().ToArray(), Cancellation);
        using var claimed = DiskPartStore.OpenShared(_folder.File("claimed"));
        await claimed.PutClaimAsync("1-a", "is used by another", Cancellation);
        foreach (var to in new[] { marked, claimed })
        {
            var refused = await Assert.ThrowsAsync<IOException>(
                () => new PartsCopy(_from, to, new CopyOptions(), _time).CopyAsync(Cancellation));
            Assert.Contains("mark or a claim", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_store_without_a_mark_and_one_that_has_moved_elsewhere_are_not_finished()
    {
        await FillAsync();
        Assert.Contains("no mark", (await Assert.ThrowsAsync<IOException>(FinishAsync)).Message, StringComparison.Ordinal);
        await _from.FindOrMakeMarkAsync(Mark, Cancellation);
        await StoreOwnership.LeaveAsync(_from, "s3://elsewhere", Cancellation);
        Assert.Contains("s3://elsewhere", (await Assert.ThrowsAsync<IOException>(FinishAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_starts_while_its_store_is_left_loses_it()
    {
        const string Started = "0000000001-0123456789abcdef-0123456789abcdef";
        _objects.OnPut = () => _objects.Objects.TryAdd($"store-claims/{Started}", "is used by a server"u8.ToArray());

        await StoreOwnership.LeaveAsync(_to, "s3://elsewhere", Cancellation);

        var claims = (await _to.ListClaimsAsync(Cancellation)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(("00000000010000000001", 3, "0000000002"), (claims[0][..10] + claims[1][..10], claims.Count, claims[2][..10]));
        Assert.Equal("s3://elsewhere", await StoreOwnership.FindMovedAsync(_to, Cancellation));
    }

    private PartsCopy Copy(CopyOptions? options = null) => new(_from, _to, options ?? new CopyOptions(), _time);

    private Task<MoveTally> FinishAsync() => AdvanceAsync(Copy().FinishAsync(Cancellation));

    private async Task<MoveTally> AdvanceAsync(Task<MoveTally> waiting)
    {
        while (!waiting.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(1, Cancellation);
        }

        return await waiting;
    }

    private async Task FillAsync(bool isMarked = false)
    {
        if (isMarked)
        {
            await _from.FindOrMakeMarkAsync(Mark, Cancellation);
        }

        for (var upload = 1; upload <= Uploads; upload++)
        {
            await _from.StoreAsync(PartBytes.Upload(upload), PartBytes.Attempt(upload), PartBytes.Of(100 * upload, upload));
            await _from.StoreAsync(PartBytes.Upload(upload), PartBytes.Attempt(1000 + upload), PartBytes.Of(200_000, upload));
            await _from.PutManifestAsync(PartBytes.Manifest(PartBytes.Upload(upload), 3, upload), Cancellation);
        }
    }

    private static async Task ExpectAllAsync(IPartStore store)
    {
        for (var upload = 1; upload <= Uploads; upload++)
        {
            Assert.Equal(PartBytes.Of(100 * upload, upload), await store.LoadAsync(PartBytes.Upload(upload), PartBytes.Attempt(upload)));
            Assert.Equal(PartBytes.Of(200_000, upload), await store.LoadAsync(PartBytes.Upload(upload), PartBytes.Attempt(1000 + upload)));
            var manifest = await store.ReadManifestAsync(PartBytes.Upload(upload), Cancellation);
            Assert.Equal(ManifestCodec.Encode(PartBytes.Manifest(PartBytes.Upload(upload), 3, upload)), ManifestCodec.Encode(manifest!));
        }
    }

    /// <summary>A store that takes an object and loses it, or that goes away.</summary>
    private sealed class LosingStorage : MemoryObjectStorage
    {
        private int _puts;

        public Action OnPut { get; set; } = static () => { };

        /// <summary>The number of the object that is lost; 0 for none.</summary>
        public int Lost { get; set; }

        /// <summary>The number of objects that are taken before the store refuses more.</summary>
        public int RefusesAfter { get; set; } = int.MaxValue;

        public override async Task PutAsync(
            string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken)
        {
            OnPut();
            var number = Interlocked.Increment(ref _puts);
            if (number > RefusesAfter)
            {
                throw new ObjectStorageException(ObjectFault.Refused);
            }

            if (number != Lost)
            {
                await base.PutAsync(key, content, lengthBytes, onlyIfAbsent, cancellationToken);
            }
        }
    }
}
