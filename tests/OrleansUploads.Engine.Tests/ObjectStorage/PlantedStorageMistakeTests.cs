using System.Reflection;
using OrleansUploads.Engine.ObjectStorage;
using OrleansUploads.TestKit.ObjectStorage;

namespace OrleansUploads.Engine.Tests.ObjectStorage;

/// <summary>The suite of object stores finds mistakes of adapters.</summary>
public sealed class PlantedStorageMistakeTests
{
    private static readonly Type[] Suite = [typeof(ObjectPartStoreTests), typeof(StreamedObjectPartStoreTests), typeof(ObjectStorageFaultTests)];

    public static TheoryData<string> Mistakes => [.. Makers.Keys];

    private static IReadOnlyDictionary<string, Func<MemoryObjectStorage>> Makers { get; } = new Dictionary<string, Func<MemoryObjectStorage>>
    {
        ["a write is acknowledged before it is stored"] = () => new AcknowledgesEarly(),
        ["a body that breaks off is stored as a whole object"] = () => new StoresTruncated(),
        ["a write acknowledges without reading the end of the body"] = () => new DropsEnd(),
        ["a conditional write replaces the object"] = () => new ReplacesOnConflict(),
        ["a range begins one byte late"] = () => new SkipsByte(),
        ["a range is ignored"] = () => new IgnoresRange(),
        ["the length of a range is taken for that of the object"] = () => new RangeLength(),
        ["a deletion deletes a younger attempt too"] = () => new DeletesYounger(),
        ["a deletion is only acknowledged"] = () => new KeepsDeleted(),
        ["a deletion of several deletes other attempts too"] = () => new DeletesFolder(),
        ["an object that is left by a deletion of several is not reported"] = () => new HidesLeft(),
        ["a deletion of several ends after its third object"] = () => new DeletesThree(),
        ["a listing ends after its first page"] = () => new FirstPageOnly(),
        ["a listing repeats its first page"] = () => new ForgetsKeys(),
        ["a missing object is taken for an outage"] = () => new Misread(ObjectFault.Missing, ObjectFault.Unavailable),
        ["an outage is taken for a missing object"] = () => new Misread(ObjectFault.Unavailable, ObjectFault.Missing),
        ["a full store is taken for an outage"] = () => new Misread(ObjectFault.Full, ObjectFault.Unavailable),
        ["a refusal is taken for an outage"] = () => new Misread(ObjectFault.Refused, ObjectFault.Unavailable),
    };

    [Fact]
    public async Task The_suite_passes_without_a_mistake() => Assert.Null(await FindFailureAsync(() => new MemoryObjectStorage()));

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task The_suite_finds_a_mistake(string mistake) => Assert.NotNull(await FindFailureAsync(Makers[mistake]));

    /// <summary>Runs the suite until a test fails.</summary>
    private static async Task<Exception?> FindFailureAsync(Func<MemoryObjectStorage> storage)
    {
        ObjectPartStoreTests.Storage.Value = storage;
        foreach (var type in Suite)
        {
            foreach (var test in type.GetMethods().Where(method => method.GetCustomAttribute<FactAttribute>() is not null))
            {
                foreach (var arguments in ArgumentsOf(test))
                {
                    if (await FailureOfAsync(type, test, arguments) is { } failure)
                    {
                        return failure;
                    }
                }
            }
        }

        return null;
    }

    private static async Task<Exception?> FailureOfAsync(Type type, MethodInfo test, object?[] arguments)
    {
        try
        {
            var instance = (IAsyncLifetime)Activator.CreateInstance(type)!;
            await instance.InitializeAsync();
            await ((Task)test.Invoke(instance, arguments)!).WaitAsync(TimeSpan.FromMinutes(1));
            await instance.DisposeAsync();
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
    }

    private static IEnumerable<object?[]> ArgumentsOf(MethodInfo test)
    {
        var rows = test.GetCustomAttributes<InlineDataAttribute>().Select(row => row.Data).ToList();
        return rows.Count == 0 ? [[]] : rows.Select(row => row.Select((value, i) => Convert(value, test.GetParameters()[i].ParameterType)).ToArray());
    }

    private static object? Convert(object? value, Type type) =>
        value is null || type.IsInstanceOfType(value) || type.IsEnum ? value : System.Convert.ChangeType(value, type, null);

    private sealed class AcknowledgesEarly : MemoryObjectStorage
    {
        private Func<Task>? _later;

        public override async Task PutAsync(string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken)
        {
            await (_later?.Invoke() ?? Task.CompletedTask);
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, cancellationToken);
            _later = () => base.PutAsync(key, new MemoryStream(bytes.ToArray()), lengthBytes, onlyIfAbsent, CancellationToken.None);
        }
    }

    private sealed class StoresTruncated : MemoryObjectStorage
    {
        public override async Task PutAsync(string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken)
        {
            using var bytes = new MemoryStream();
            try
            {
                await content.CopyToAsync(bytes, CancellationToken.None);
            }
            catch (Exception)
            {
                // What has arrived is stored.
            }

            await base.PutAsync(key, new MemoryStream(bytes.ToArray()), bytes.Length, onlyIfAbsent, CancellationToken.None);
        }
    }

    private sealed class DropsEnd : MemoryObjectStorage
    {
        public override async Task PutAsync(string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken)
        {
            var bytes = new byte[lengthBytes - 1];
            await content.ReadExactlyAsync(bytes, cancellationToken);
            await base.PutAsync(key, new MemoryStream(bytes), bytes.Length, onlyIfAbsent, cancellationToken);
        }
    }

    private sealed class ReplacesOnConflict : MemoryObjectStorage
    {
        public override async Task PutAsync(string key, Stream content, long lengthBytes, bool onlyIfAbsent, CancellationToken cancellationToken)
        {
            var exists = onlyIfAbsent && Objects.ContainsKey(key);
            await base.PutAsync(key, content, lengthBytes, onlyIfAbsent: false, cancellationToken);
            if (exists)
            {
                throw new ObjectStorageException(ObjectFault.Exists);
            }
        }
    }

    private sealed class SkipsByte : MemoryObjectStorage
    {
        public override Task<ObjectContent> ReadAsync(string key, ObjectRange range, CancellationToken cancellationToken) =>
            base.ReadAsync(key, range.Offset > 64 * 1024 ? range with { Offset = range.Offset + 1 } : range, cancellationToken);
    }

    private sealed class IgnoresRange : MemoryObjectStorage
    {
        public override Task<ObjectContent> ReadAsync(string key, ObjectRange range, CancellationToken cancellationToken) =>
            base.ReadAsync(key, new ObjectRange(0, long.MaxValue), cancellationToken);
    }

    private sealed class RangeLength : MemoryObjectStorage
    {
        public override async Task<ObjectContent> ReadAsync(string key, ObjectRange range, CancellationToken cancellationToken)
        {
            var content = await base.ReadAsync(key, range, cancellationToken);
            return new ObjectContent(content.Bytes, Math.Min(range.LengthBytes, content.ObjectBytes));
        }
    }

    private sealed class DeletesYounger : MemoryObjectStorage
    {
        public override async Task DeleteAsync(string key, CancellationToken cancellationToken)
        {
            await base.DeleteAsync(key, cancellationToken);
            var folder = key[..(key.LastIndexOf('/') + 1)];
            foreach (var other in Objects.Keys.Where(other => other.StartsWith(folder, StringComparison.Ordinal) && other.EndsWith(".part", StringComparison.Ordinal)))
            {
                await base.DeleteAsync(other, cancellationToken);
            }
        }
    }

    private sealed class KeepsDeleted : MemoryObjectStorage
    {
        public override Task DeleteAsync(string key, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class DeletesFolder : MemoryObjectStorage
    {
        public override async Task<IReadOnlyList<FailedDeletion>> DeleteAsync(
            IReadOnlyList<string> keys, CancellationToken cancellationToken)
        {
            var failed = await base.DeleteAsync(keys, cancellationToken);
            var folder = keys[0][..(keys[0].LastIndexOf('/') + 1)];
            foreach (var other in Objects.Keys.Where(other => other.StartsWith(folder, StringComparison.Ordinal)))
            {
                await base.DeleteAsync(other, cancellationToken);
            }

            return failed;
        }
    }

    private sealed class HidesLeft : MemoryObjectStorage
    {
        public override async Task<IReadOnlyList<FailedDeletion>> DeleteAsync(
            IReadOnlyList<string> keys, CancellationToken cancellationToken)
        {
            await base.DeleteAsync(keys, cancellationToken);
            return [];
        }
    }

    private sealed class DeletesThree : MemoryObjectStorage
    {
        public override Task<IReadOnlyList<FailedDeletion>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
            base.DeleteAsync([.. keys.Take(3)], cancellationToken);
    }

    private sealed class FirstPageOnly : MemoryObjectStorage
    {
        public override async Task<ObjectPage> ListAsync(string prefix, string? page, CancellationToken cancellationToken) =>
            await base.ListAsync(prefix, page, cancellationToken) with { Next = null };
    }

    private sealed class ForgetsKeys : MemoryObjectStorage
    {
        public override async Task<ObjectPage> ListAsync(string prefix, string? page, CancellationToken cancellationToken)
        {
            var first = await base.ListAsync(prefix, null, cancellationToken);
            return page is null ? first : first with { Next = null };
        }
    }

    private sealed class Misread(ObjectFault real, ObjectFault taken) : MemoryObjectStorage
    {
        public override ObjectFault FaultOf(Exception exception)
        {
            var fault = base.FaultOf(exception);
            return fault == real ? taken : fault;
        }
    }
}
