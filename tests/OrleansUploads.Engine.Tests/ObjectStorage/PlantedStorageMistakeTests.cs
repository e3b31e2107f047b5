using System.Reflection;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.TestKit.ObjectStorage;

namespace OrleansUploads.Engine.Tests.ObjectStorage;

/// <summary>The suite of object stores finds mistakes of adapters.</summary>
public sealed class PlantedStorageMistakeTests
{
    public static TheoryData<string> Names => [.. Mistakes.Keys];

    /// <summary>Each mistake, after the name of the test of the suite that finds it.</summary>
    private static Dictionary<string, (string Finder, Func<Mistaken> Make)> Mistakes { get; } = new()
    {
        ["a write is acknowledged before it is stored"] = (
            nameof(ObjectPartStoreTests.Committed_bytes_and_their_leaves_are_read_back_and_listed_at_any_size),
            () => new() { OnPut = AcknowledgeEarly() }),
        ["a body that breaks off is stored as a whole object"] = (
            nameof(ObjectStorageFaultTests.A_long_attempt_that_is_abandoned_or_has_a_wrong_number_of_leaves_leaves_nothing),
            () => new()
            {
                OnPut = static async (store, put) =>
                {
                    using var bytes = new MemoryStream();
                    _ = await Record.ExceptionAsync(() => put.Content.CopyToAsync(bytes));
                    await store.PutAsync(put, bytes.ToArray());
                },
            }),
        ["a write acknowledges without reading the end of the body"] = (
            nameof(ObjectPartStoreTests.Committed_bytes_and_their_leaves_are_read_back_and_listed_at_any_size),
            () => new()
            {
                OnPut = static async (store, put) =>
                {
                    var bytes = new byte[put.LengthBytes - 1];
                    await put.Content.ReadExactlyAsync(bytes);
                    await store.PutAsync(put, bytes);
                },
            }),
        ["a conditional write replaces the object"] = (
            nameof(ObjectPartStoreTests.A_manifest_is_stored_once_and_stays_until_its_upload_is_deleted),
            () => new()
            {
                OnPut = static async (store, put) =>
                {
                    var exists = put.OnlyIfAbsent && store.Objects.ContainsKey(put.Key);
                    await store.RealPutAsync(put with { OnlyIfAbsent = false });
                    if (exists)
                    {
                        throw new ObjectStorageException(ObjectFault.Exists);
                    }
                },
            }),
        ["a range begins one byte late"] = (nameof(ObjectPartStoreTests.Any_range_is_read_back_and_nothing_from_the_end_on), () => new()
        {
            OnRead = static (store, key, range) =>
                store.RealReadAsync(key, range.Offset > 64 * 1024 ? range with { Offset = range.Offset + 1 } : range),
        }),
        ["a range is ignored"] = (nameof(ObjectPartStoreTests.Any_range_is_read_back_and_nothing_from_the_end_on), () => new()
        {
            OnRead = static (store, key, _) => store.RealReadAsync(key, new ObjectRange(0, long.MaxValue)),
        }),
        ["the length of a range is taken for that of the object"] = (
            nameof(ObjectPartStoreTests.Committed_bytes_and_their_leaves_are_read_back_and_listed_at_any_size),
            () => new()
            {
                OnRead = static async (store, key, range) =>
                {
                    var content = await store.RealReadAsync(key, range);
                    return new ObjectContent(content.Bytes, Math.Min(range.LengthBytes, content.ObjectBytes));
                },
            }),
        ["a deletion deletes a younger attempt too"] = (
            nameof(ObjectPartStoreTests.Deleting_an_attempt_again_changes_nothing_and_only_a_manifest_keeps_the_upload),
            () => new()
            {
                OnDelete = static async (store, key) =>
                {
                    await store.RealDeleteAsync(key);
                    foreach (var other in store.InFolderOf(key).Where(static other => other.EndsWith(".part", StringComparison.Ordinal)))
                    {
                        await store.RealDeleteAsync(other);
                    }
                },
            }),
        ["a deletion is only acknowledged"] = (
            nameof(ObjectPartStoreTests.Deleting_an_attempt_again_changes_nothing_and_only_a_manifest_keeps_the_upload),
            () => new() { OnDelete = static (_, _) => Task.CompletedTask }),
        ["a deletion of several deletes other attempts too"] = (
            nameof(ObjectPartStoreTests.Several_attempts_are_deleted_at_once_and_the_others_stay),
            () => new()
            {
                OnDeleteSeveral = static async (store, keys) =>
                {
                    var failed = await store.RealDeleteSeveralAsync(keys);
                    await Task.WhenAll(store.InFolderOf(keys[0]).Select(store.RealDeleteAsync));
                    return failed;
                },
            }),
        ["an object that is left by a deletion of several is not reported"] = (
            nameof(ObjectStorageFaultTests.Several_objects_do_not_count_as_deleted_if_one_of_them_is_left),
            () => new()
            {
                OnDeleteSeveral = static async (store, keys) =>
                {
                    await store.RealDeleteSeveralAsync(keys);
                    return [];
                },
            }),
        ["a deletion of several ends after its third object"] = (
            nameof(ObjectPartStoreTests.Several_attempts_are_deleted_at_once_and_the_others_stay),
            () => new()
            {
                OnDeleteSeveral = static (store, keys) => store.RealDeleteSeveralAsync([.. keys.Take(3)]),
            }),
        ["a listing ends after its first page"] = (nameof(ObjectPartStoreTests.Listings_contain_everything_that_is_stored), () => new()
        {
            OnList = static async (store, prefix, page) => await store.RealListAsync(prefix, page) with { Next = null },
        }),
        ["a listing repeats its first page"] = (nameof(ObjectPartStoreTests.Listings_contain_everything_that_is_stored), () => new()
        {
            OnList = static async (store, prefix, page) =>
            {
                var first = await store.RealListAsync(prefix, page: null);
                return page is null ? first : first with { Next = null };
            },
        }),
        ["a missing object is taken for an outage"] = (
            nameof(ObjectPartStoreTests.A_missing_attempt_is_damaged_and_belongs_to_no_other_upload_and_a_missing_manifest_is_null),
            () => new() { Misread = (ObjectFault.Missing, ObjectFault.Unavailable) }),
        ["an outage is taken for a missing object"] = (
            nameof(ObjectStorageFaultTests.A_store_that_stays_unavailable_is_neither_damaged_nor_empty),
            () => new() { Misread = (ObjectFault.Unavailable, ObjectFault.Missing) }),
        ["a full store is taken for an outage"] = (
            nameof(ObjectStorageFaultTests.A_full_store_is_reported_as_full),
            () => new() { Misread = (ObjectFault.Full, ObjectFault.Unavailable) }),
        ["a refusal is taken for an outage"] = (
            nameof(ObjectStorageFaultTests.A_refused_call_is_not_repeated),
            () => new() { Misread = (ObjectFault.Refused, ObjectFault.Unavailable) }),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_suite_finds_a_mistake_and_passes_without_it(string mistake)
    {
        var (finder, make) = Mistakes[mistake];
        var test = new[] { typeof(ObjectPartStoreTests), typeof(ObjectStorageFaultTests) }
            .Select(suite => suite.GetMethod(finder)).Single(static found => found is not null)!;
        Assert.Null(await FindFailureAsync(test, static () => new MemoryObjectStorage()));
        Assert.NotNull(await FindFailureAsync(test, make));
    }

    private static async Task<Exception?> FindFailureAsync(MethodInfo test, Func<MemoryObjectStorage> storage)
    {
        ObjectPartStoreTests.Storage.Value = storage;
        foreach (var arguments in ArgumentsOf(test))
        {
            try
            {
                var instance = (IAsyncLifetime)Activator.CreateInstance(test.ReflectedType!)!;
                await instance.InitializeAsync();
                await ((Task)test.Invoke(instance, arguments)!).WaitAsync(TimeSpan.FromMinutes(1));
                await instance.DisposeAsync();
            }
            catch (Exception failure)
            {
                return failure;
            }
        }

        return null;
    }

    private static IEnumerable<object?[]> ArgumentsOf(MethodInfo test)
    {
        var rows = test.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data).ToList();
        return rows.Count == 0 ? [[]] : rows.Select(row => row.Select((value, i) => Convert(value, test.GetParameters()[i].ParameterType)).ToArray());
    }

    private static object? Convert(object? value, Type type) =>
        value is null || type.IsInstanceOfType(value) || type.IsEnum ? value : System.Convert.ChangeType(value, type, null);

    private static Func<Mistaken, Put, Task> AcknowledgeEarly()
    {
        Func<Task>? later = null;
        return async (store, put) =>
        {
            await (later?.Invoke() ?? Task.CompletedTask);
            using var bytes = new MemoryStream();
            await put.Content.CopyToAsync(bytes);
            later = () => store.PutAsync(put, bytes.ToArray());
        };
    }

    private sealed record Put(string Key, Stream Content, long LengthBytes, bool OnlyIfAbsent);

    private sealed class Mistaken : MemoryObjectStorage
    {
        public Func<Mistaken, Put, Task>? OnPut { get; init; }

        public Func<Mistaken, string, ObjectRange, Task<ObjectContent>>? OnRead { get; init; }

        public Func<Mistaken, string, string?, Task<ObjectPage>>? OnList { get; init; }

        public Func<Mistaken, string, Task>? OnDelete { get; init; }

        public Func<Mistaken, IReadOnlyList<string>, Task<IReadOnlyList<FailedDeletion>>>? OnDeleteSeveral { get; init; }

        public (ObjectFault Real, ObjectFault Taken)? Misread { get; init; }

        public IEnumerable<string> InFolderOf(string key) =>
            Objects.Keys.Where(other => other.StartsWith(key[..(key.LastIndexOf('/') + 1)], StringComparison.Ordinal));

        public Task RealPutAsync(Put put) =>
            base.PutAsync(put.Key, put.Content, put.LengthBytes, put.OnlyIfAbsent, CancellationToken.None);

        public Task PutAsync(Put put, byte[] bytes) => RealPutAsync(put with { Content = new MemoryStream(bytes), LengthBytes = bytes.Length });

        public Task<ObjectContent> RealReadAsync(string key, ObjectRange range) => base.ReadAsync(key, range, CancellationToken.None);

        public Task<ObjectPage> RealListAsync(string prefix, string? page) => base.ListAsync(prefix, page, CancellationToken.None);

        public Task RealDeleteAsync(string key) => base.DeleteAsync(key, CancellationToken.None);

        public Task<IReadOnlyList<FailedDeletion>> RealDeleteSeveralAsync(IReadOnlyList<string> keys) =>
            base.DeleteAsync(keys, CancellationToken.None);

        public override Task PutAsync(string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken) =>
            OnPut?.Invoke(this, new Put(key, content, lengthBytes, onlyIfAbsent))
                ?? base.PutAsync(key, content, lengthBytes, onlyIfAbsent, cancellationToken);

        public override Task<ObjectContent> ReadAsync(string key, ObjectRange range, CancellationToken cancellationToken) =>
            OnRead?.Invoke(this, key, range) ?? base.ReadAsync(key, range, cancellationToken);

        public override Task<ObjectPage> ListAsync(string prefix, string? page, CancellationToken cancellationToken) =>
            OnList?.Invoke(this, prefix, page) ?? base.ListAsync(prefix, page, cancellationToken);

        public override Task DeleteAsync(string key, CancellationToken cancellationToken) =>
            OnDelete?.Invoke(this, key) ?? base.DeleteAsync(key, cancellationToken);

        public override Task<IReadOnlyList<FailedDeletion>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
            OnDeleteSeveral?.Invoke(this, keys) ?? base.DeleteAsync(keys, cancellationToken);

        public override ObjectFault FaultOf(Exception exception) =>
            base.FaultOf(exception) is var fault && fault == Misread?.Real ? Misread.Value.Taken : fault;
    }
}
