using System.Net.Sockets;
using OrleansUploads.Engine.Attempts;
using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.TestKit.ObjectStorage;

namespace OrleansUploads.Engine.Tests.ObjectStorage;

public sealed class ObjectStorageFaultTests : IAsyncLifetime
{
    private const int MiB = 1024 * 1024;

    private static readonly UploadId Upload = PartBytes.Upload(1);
    private static readonly AttemptId Attempt = PartBytes.Attempt(1);
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly byte[] _short = PartBytes.Of(300_000, seed: 1);
    private readonly byte[] _long = PartBytes.Of((3 * MiB) + 777, seed: 2);
    private readonly MemoryObjectStorage _storage = ObjectPartStoreTests.NewStorage();
    private ObjectPartStore _store = null!;

    private static ObjectStorageOptions Options => new() { FirstWait = TimeSpan.FromMilliseconds(1) };

    public async ValueTask InitializeAsync() => _store = await ObjectPartStore.OpenAsync(_storage, Options);

    public ValueTask DisposeAsync()
    {
        _store?.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData(ObjectFault.Unavailable, false)]
    [InlineData(ObjectFault.Unavailable, true)]
    [InlineData(ObjectFault.Throttled, false)]
    public async Task A_short_attempt_and_a_manifest_are_stored_although_the_store_fails_or_its_answers_are_lost(
        ObjectFault fault, bool afterEffect)
    {
        _storage.Fail(fault, ObjectCalls.Tries - 1, afterEffect);
        await _store.StoreAsync(Upload, Attempt, _short);
        _storage.Fail(fault, ObjectCalls.Tries - 1, afterEffect);
        await _store.PutManifestAsync(PartBytes.Manifest(Upload, 3, seed: 3), None);

        Assert.Equal(_short, await _store.LoadAsync(Upload, Attempt));
        Assert.Equal(3, (await _store.ReadManifestAsync(Upload, None))!.Extents.Count);
    }

    [Theory]
    [InlineData(typeof(IOException))]
    [InlineData(typeof(HttpRequestException))]
    [InlineData(typeof(SocketException))]
    [InlineData(typeof(TimeoutException))]
    public async Task A_call_whose_connection_fails_is_repeated(Type fault)
    {
        var storage = new DisconnectedStorage();
        using var store = await ObjectPartStore.OpenAsync(storage, Options);
        await store.PutManifestAsync(PartBytes.Manifest(Upload, 3, seed: 3), None);
        storage.Next = (Exception)Activator.CreateInstance(fault)!;

        Assert.Equal(3, (await store.ReadManifestAsync(Upload, None))!.Extents.Count);
        Assert.Null(storage.Next);
    }

    [Theory]
    [InlineData(ObjectFault.Unavailable, "unavailable")]
    [InlineData(ObjectFault.Throttled, "throttled")]
    [InlineData(ObjectFault.Full, "full")]
    [InlineData(ObjectFault.Refused, "refused")]
    public async Task Each_call_of_the_store_that_fails_is_counted_by_its_kind(ObjectFault fault, string kind)
    {
        using var ofKind = new OwnMeasurements("orleansuploads.store.errors", kind);
        Assert.Null(await _store.ReadManifestAsync(Upload, None));
        Assert.Equal(0, ofKind.Sum);
        _storage.Fail(fault);
        await Record.ExceptionAsync(() => _store.StoreAsync(Upload, Attempt, _short));
        Assert.Equal(1, ofKind.Sum);
    }

    [Theory]
    [InlineData(MiB, true)]
    [InlineData(MiB + 1, false)]
    public async Task A_part_of_up_to_1_MiB_is_sent_again(int length, bool isSentAgain)
    {
        _storage.Fail(ObjectFault.Unavailable);
        var stored = await Record.ExceptionAsync(() => _store.StoreAsync(Upload, Attempt, PartBytes.Of(length, seed: 4)));
        Assert.Equal(isSentAgain, stored is null);
    }

    [Fact]
    public async Task A_long_attempt_is_sent_once_and_its_failure_says_that_the_store_is_unavailable()
    {
        _storage.Fail(ObjectFault.Unavailable);
        await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(() => _store.StoreAsync(Upload, Attempt, _long));

        Assert.Empty(_storage.Objects);
        await _store.StoreAsync(Upload, PartBytes.Attempt(2), _long);
        Assert.Equal(_long, await _store.LoadAsync(Upload, PartBytes.Attempt(2)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_long_attempt_that_is_abandoned_or_has_a_wrong_number_of_leaves_leaves_nothing(bool isComplete)
    {
        await using (var writer = await _store.CreateAsync(Upload, Attempt, _long.Length, None))
        {
            await writer.WriteAsync(_long.AsMemory(0, isComplete ? _long.Length : 2 * MiB), None);
            if (isComplete)
            {
                await Assert.ThrowsAsync<ArgumentException>(() => writer.CommitAsync(default, None).AsTask());
            }
        }

        Assert.Empty(_storage.Objects);
        Assert.Empty(await _store.AllAttemptsAsync(Upload, None));
    }

    [Fact]
    public async Task A_store_that_stays_unavailable_is_neither_damaged_nor_empty()
    {
        await _store.StoreAsync(Upload, Attempt, _short);
        await _store.PutManifestAsync(PartBytes.Manifest(Upload, 1, seed: 4), None);
        foreach (var call in new Func<Task>[]
        {
            () => _store.OpenAsync(Upload, Attempt, None).AsTask(),
            () => _store.ReadManifestAsync(Upload, None).AsTask(),
            () => _store.AllAttemptsAsync(Upload, None).AsTask(),
            async () => await _store.ListUploadsAsync(None).CountAsync(None),
            () => _store.DeleteAttemptAsync(Upload, Attempt, None).AsTask(),
        })
        {
            _storage.Fail(ObjectFault.Unavailable, ObjectCalls.Tries);
            await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(call);
        }

        Assert.Equal(_short, await _store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task A_refused_call_is_not_repeated()
    {
        var before = _storage.Calls;
        _storage.Fail(ObjectFault.Refused);
        await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(() => _store.AllAttemptsAsync(Upload, None).AsTask());

        Assert.Equal(1, _storage.Calls - before);
    }

    [Fact]
    public async Task A_full_store_is_reported_as_full()
    {
        _storage.Fail(ObjectFault.Full);
        await Assert.ThrowsAsync<PartStoreFullException>(() => _store.StoreAsync(Upload, Attempt, _short));
        _storage.Fail(ObjectFault.Full);
        await Assert.ThrowsAsync<PartStoreFullException>(() => _store.StoreAsync(Upload, Attempt, _long));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64 * 1024)]
    [InlineData(MiB + 5)]
    public async Task A_read_whose_connection_is_cut_continues_where_it_ended(int afterBytes)
    {
        await _store.StoreAsync(Upload, Attempt, _long);
        await using var reader = await _store.OpenAsync(Upload, Attempt, None);
        _storage.Fail(ObjectFault.Unavailable, ObjectCalls.Tries - 1, afterBytes: afterBytes);
        reader.Expect(0, _long.Length);
        var read = new byte[_long.Length];
        for (var at = 0; at < read.Length;)
        {
            at += await reader.ReadAsync(at, read.AsMemory(at, Math.Min(128 * 1024, read.Length - at)), None);
        }

        Assert.Equal(_long, read);
    }

    [Fact]
    public async Task A_check_reads_the_bytes_of_a_part_with_one_call_and_its_hashes_with_two()
    {
        await _store.StoreAsync(Upload, Attempt, _long);
        var calls = _storage.Calls;
        var check = new AttemptCheck(_store, isDeep: true, new ReadPace(bytesPerSecond: null, TimeProvider.System));

        Assert.Null(await check.FindFaultAsync(Upload, new NeededAttempt(Attempt, _long.Length, TreeHasher.Compute(_long)), None));
        Assert.Equal(3, _storage.Calls - calls);
    }

    [Fact]
    public async Task Several_attempts_are_deleted_with_one_call_for_as_many_as_the_store_takes()
    {
        var attempts = await StoreManyAsync(10);
        var (calls, several) = (_storage.Calls, _storage.DeletionsOfSeveral);
        await _store.DeleteAttemptsAsync(Upload, attempts, None);

        Assert.Empty(_storage.Objects);
        Assert.Equal(3, _storage.Calls - calls);
        Assert.Equal(3, _storage.DeletionsOfSeveral - several);
    }

    [Theory]
    [InlineData(ObjectFault.Unavailable, true, false)]
    [InlineData(ObjectFault.Throttled, true, false)]
    [InlineData(ObjectFault.Unavailable, false, false)]
    [InlineData(ObjectFault.Unavailable, false, true)]
    public async Task A_deletion_of_several_is_repeated_when_it_leaves_an_object_or_fails_as_a_whole(
        ObjectFault fault, bool leavesOne, bool afterEffect)
    {
        var attempts = await StoreManyAsync(3);
        if (leavesOne)
        {
            _storage.FailDeletion(StoredNames.PathOf(Upload, attempts[1]), fault, ObjectCalls.Tries - 1);
        }
        else
        {
            _storage.Fail(fault, ObjectCalls.Tries - 1, afterEffect);
        }

        await _store.DeleteAttemptsAsync(Upload, attempts, None);

        Assert.Empty(_storage.Objects);
    }

    [Theory]
    [InlineData(ObjectFault.Unavailable)]
    [InlineData(ObjectFault.Refused)]
    public async Task Several_objects_do_not_count_as_deleted_if_one_of_them_is_left(ObjectFault fault)
    {
        var attempts = await StoreManyAsync(3);
        _storage.FailDeletion(StoredNames.PathOf(Upload, attempts[1]), fault, ObjectCalls.Tries);
        var failure = await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(
            () => _store.DeleteAttemptsAsync(Upload, attempts, None).AsTask());

        Assert.Contains(StoredNames.PathOf(Upload, attempts[1]), failure.Message, StringComparison.Ordinal);
        Assert.Equal([attempts[1]], await _store.AllAttemptsAsync(Upload, None));
    }

    [Theory]
    [InlineData(SeveralFault.Refuses)]
    [InlineData(SeveralFault.Ignores)]
    [InlineData(SeveralFault.DeletesFirst)]
    [InlineData(SeveralFault.FailsForMissing)]
    public async Task A_store_that_does_not_delete_several_objects_with_one_call_deletes_them_one_by_one(SeveralFault fault)
    {
        using var storage = new FaultyDeletions(fault);
        using var store = await ObjectPartStore.OpenAsync(storage, Options);
        Assert.Empty(storage.Objects);
        AttemptId[] attempts = [.. Enumerable.Range(1, 5).Select(PartBytes.Attempt)];
        foreach (var attempt in attempts)
        {
            await store.StoreAsync(Upload, attempt, _short);
        }

        await store.DeleteAttemptsAsync(Upload, attempts, None);

        Assert.Empty(storage.Objects);
    }

    [Fact]
    public async Task Expected_bytes_are_read_with_one_request_which_is_sent_at_once()
    {
        await _store.StoreAsync(Upload, Attempt, _long);
        await using var reader = await _store.OpenAsync(Upload, Attempt, None);
        var before = _storage.Calls;
        reader.Expect(0, _long.Length);
        Assert.Equal(1, _storage.Calls - before);
        var buffer = new byte[128 * 1024];
        for (long at = 0; at < _long.Length;)
        {
            at += await reader.ReadAsync(at, buffer, None);
        }

        Assert.Equal(1, _storage.Calls - before);
    }

    [Fact]
    public async Task Expected_bytes_are_read_although_the_request_sent_at_once_fails()
    {
        await _store.StoreAsync(Upload, Attempt, _long);
        await using var reader = await _store.OpenAsync(Upload, Attempt, None);
        _storage.Fail(ObjectFault.Throttled, ObjectCalls.Tries - 1);
        reader.Expect(MiB, 100);
        var read = new byte[100];

        Assert.Equal(100, await reader.ReadAsync(MiB, read, None));
        Assert.Equal(_long[MiB..(MiB + 100)], read);
    }

    [Fact]
    [Promise("README.md", "A download returns exactly the bytes that were acknowledged, or an error, and never other bytes")]
    public async Task A_flipped_bit_is_never_returned()
    {
        await _store.StoreAsync(Upload, Attempt, _long);
        var stored = Assert.Single(_storage.Objects);
        for (var seed = 0; seed < 50; seed++)
        {
            var at = new Random(seed).Next(stored.Value.Length);
            stored.Value[at] ^= 1;
            await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.LoadAsync(Upload, Attempt));
            stored.Value[at] ^= 1;
        }

        Assert.Equal(_long, await _store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task An_object_of_another_length_is_damaged()
    {
        await _store.StoreAsync(Upload, Attempt, _long);
        var (key, bytes) = Assert.Single(_storage.Objects);
        foreach (var length in new[] { 0, 1, 100, bytes.Length - 1 })
        {
            _storage.Objects[key] = bytes[..length];
            await Assert.ThrowsAsync<AttemptDamagedException>(() => _store.LoadAsync(Upload, Attempt));
        }
    }

    [Fact]
    public async Task Stores_of_one_prefix_have_one_mark()
    {
        Assert.Null(await _store.FindMarkAsync(None));
        Assert.False(await _store.HasBytesAsync(None));
        using var other = await ObjectPartStore.OpenAsync(_storage, Options);
        var marks = await Task.WhenAll(
            _store.FindOrMakeMarkAsync(new byte[] { 1, 2 }, None).AsTask(), other.FindOrMakeMarkAsync(new byte[] { 3, 4 }, None).AsTask());

        Assert.Equal(marks[0], marks[1]);
        Assert.Equal(marks[0], await _store.FindMarkAsync(None));
        Assert.False(await _store.HasBytesAsync(None));
        await _store.StoreAsync(Upload, Attempt, _short);
        Assert.True(await _store.HasBytesAsync(None));
    }

    [Fact]
    public async Task A_store_that_ignores_or_refuses_conditions_is_used_without_them()
    {
        using var storage = new MemoryObjectStorage { CreatesOnly = false };
        using var store = await ObjectPartStore.OpenAsync(storage, Options);
        await store.StoreAsync(Upload, Attempt, _short);
        await store.StoreAsync(Upload, PartBytes.Attempt(2), _long);
        await store.PutManifestAsync(PartBytes.Manifest(Upload, 3, seed: 5), None);
        await store.PutManifestAsync(PartBytes.Manifest(Upload, 3, seed: 5), None);

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => store.PutManifestAsync(PartBytes.Manifest(Upload, 3, seed: 6), None).AsTask());
        Assert.Equal(_short, await store.LoadAsync(Upload, Attempt));
    }

    [Fact]
    public async Task A_store_without_permission_or_bucket_is_refused_at_the_start_with_its_address()
    {
        using var storage = new MemoryObjectStorage();
        storage.Fail(ObjectFault.Refused);
        var fault = await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(() => ObjectPartStore.OpenAsync(storage, Options));

        Assert.Contains(storage.Address, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_removes_what_killed_starts_have_left()
    {
        var storage = ObjectPartStoreTests.NewStorage();
        for (var left = 0; left < 10; left++)
        {
            storage.Objects[$"trial/{left}"] = [1];
        }

        using var store = await ObjectPartStore.OpenAsync(storage, Options);
        Assert.Empty(storage.Objects);
    }

    [Fact]
    public async Task A_trial_is_repeated_when_another_start_removes_its_objects()
    {
        var storage = new RemovingStorage();
        using var store = await ObjectPartStore.OpenAsync(storage, Options);
        Assert.Empty(storage.Objects);
    }

    /// <summary>A store in which another start removes the first trial.</summary>
    private sealed class RemovingStorage : MemoryObjectStorage
    {
        private bool _hasRemoved;

        public override async Task PutAsync(
            string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken)
        {
            await base.PutAsync(key, content, lengthBytes, onlyIfAbsent, cancellationToken);
            if (!_hasRemoved)
            {
                _hasRemoved = true;
                Objects.Clear();
            }
        }
    }

    private async Task<AttemptId[]> StoreManyAsync(int count)
    {
        AttemptId[] attempts = [.. Enumerable.Range(1, count).Select(PartBytes.Attempt)];
        foreach (var attempt in attempts)
        {
            await _store.StoreAsync(Upload, attempt, [1, 2, 3]);
        }

        return attempts;
    }

    /// <summary>What a store does when it is asked to delete several objects.</summary>
    public enum SeveralFault
    {
        Refuses,
        Ignores,
        DeletesFirst,
        FailsForMissing,
    }

    private sealed class FaultyDeletions(SeveralFault fault) : MemoryObjectStorage
    {
        public override async Task<IReadOnlyList<FailedDeletion>> DeleteAsync(
            IReadOnlyList<string> keys, CancellationToken cancellationToken)
        {
            switch (fault)
            {
                case SeveralFault.Refuses:
                    throw new ObjectStorageException(ObjectFault.Refused);
                case SeveralFault.Ignores:
                    return [];
                case SeveralFault.DeletesFirst:
                    return await base.DeleteAsync([keys[0]], cancellationToken);
                default:
                    var missing = keys.Where(key => !Objects.ContainsKey(key)).ToList();
                    await base.DeleteAsync(keys, cancellationToken);
                    return [.. missing.Select(static key => new FailedDeletion(key, ObjectFault.Missing, "missing"))];
            }
        }
    }

    /// <summary>A store whose connection fails at the next read.</summary>
    private sealed class DisconnectedStorage : MemoryObjectStorage
    {
        public Exception? Next { get; set; }

        public override Task<ObjectContent> ReadAsync(string key, ObjectRange range, CancellationToken cancellationToken)
        {
            if (Next is { } fault)
            {
                Next = null;
                throw fault;
            }

            return base.ReadAsync(key, range, cancellationToken);
        }
    }
}
