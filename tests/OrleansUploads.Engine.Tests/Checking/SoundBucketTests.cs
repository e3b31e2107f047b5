using OrleansUploads.Core.Keys;
using OrleansUploads.Engine.Checking;
using OrleansUploads.Engine.Tests.Objects;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Engine.Tests.Checking;

/// <summary>A check finds nothing in a folder that an engine has written, regardless of where a crash cut its history off.</summary>
public sealed class SoundBucketTests : IDisposable
{
    private readonly CheckedBucket _bucket = new();

    public void Dispose() => _bucket.Dispose();

    [Fact, Campaign]
    public async Task Many_objects_overwritten_deleted_and_in_progress_are_sound()
    {
        await _bucket.UseAsync(static bench => ChangeAsync(bench, keys: 300));

        Assert.Empty(await _bucket.CheckAsync());
        Assert.InRange(_bucket.Leaves().Count, 10, 300);
    }

    [Fact]
    public async Task A_deleted_bucket_is_sound_and_so_is_the_next_one()
    {
        await _bucket.UseAsync(static async bench =>
        {
            await ChangeAsync(bench, keys: 20);
            Assert.NotNull((await bench.DeleteBucketAsync()).Refusal);
            for (var i = 0; i < 20; i++)
            {
                await bench.DeleteAsync(KeyOf(i));
            }

            Assert.Null((await bench.DeleteBucketAsync()).Refusal);
        });
        Assert.Empty(await _bucket.CheckAsync());

        await _bucket.UseAsync(static bench => ChangeAsync(bench, keys: 20));
        Assert.Empty(await _bucket.CheckAsync());
    }

    [Fact, Campaign]
    public async Task A_crash_after_any_change_leaves_a_sound_folder()
    {
        var recorded = new List<Func<IJournal, Task>>();
        await _bucket.UseAsync(
            static async bench =>
            {
                await ChangeAsync(bench, keys: 40);
                await bench.DeleteBucketAsync();
            },
            journal => new RecordedJournal(journal, recorded));
        using var copy = new TemporaryFolder();
        FileDamage.CopyFolder(Path.Combine(_bucket.Path, "parts"), Path.Combine(copy.Path, "parts"));
        await using var journal = SqliteJournal.Open(copy.Path);
        for (var changes = 0; changes < recorded.Count; changes++)
        {
            await recorded[changes](journal);
            var (damage, _) = await FolderCheck.RunAsync(copy.Path, new CheckOptions());
            Assert.True(damage.Count == 0, $"After {changes + 1} of {recorded.Count} changes: {string.Join("; ", damage)}");
        }
    }

    /// <summary>Makes leaves split and merge, and leaves uploads in every phase behind.</summary>
    private static async Task ChangeAsync(ObjectBench bench, int keys)
    {
        await bench.CreateBucketAsync();
        for (var i = 0; i < keys; i++)
        {
            await bench.PutAsync(KeyOf(i * 7 % keys), "x");
        }

        await Task.WhenAll(Enumerable.Range(0, keys / 3).Select(i => bench.PutAsync(KeyOf(i * 3), "changed")));
        await Task.WhenAll(Enumerable.Range(keys / 2, keys / 3).Select(i => bench.DeleteAsync(KeyOf(i))));
        await bench.PutAsync(KeyOf(0), "refused", PublishCondition.MustBeAbsent);
        foreach (var key in new[] { KeyOf(1), KeyOf(keys / 2) })
        {
            await bench.InitiateAsync(key, "part");
            await bench.AbortAsync((await bench.InitiateAsync(key, "part")).Upload, key);
            var (upload, part) = await bench.InitiateAsync(key, "part");
            await bench.CompleteAsync(upload, key, null, part);
        }
    }

    private static string KeyOf(int number) => $"2026/{number:d3}";

    /// <summary>Records the changes of a journal in the order in which they became durable.</summary>
    private sealed class RecordedJournal(IJournal inner, List<Func<IJournal, Task>> changes) : DelegatingJournal(inner)
    {
        public override async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
        {
            var outcome = await Inner.AppendAsync(append, cancellationToken);
            Record(async journal => Assert.Equal(outcome, await journal.AppendAsync(append, default)));
            return outcome;
        }

        public override async ValueTask SaveSnapshotAsync(
            EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken)
        {
            await Inner.SaveSnapshotAsync(entity, version, snapshot, cancellationToken);
            Record(async journal => await journal.SaveSnapshotAsync(entity, version, snapshot, default));
        }

        public override async ValueTask<AppendOutcome> ForgetAsync(EntityId entity, long expectedVersion, CancellationToken cancellationToken)
        {
            var outcome = await Inner.ForgetAsync(entity, expectedVersion, cancellationToken);
            Record(async journal => Assert.Equal(outcome, await journal.ForgetAsync(entity, expectedVersion, default)));
            return outcome;
        }

        private void Record(Func<IJournal, Task> change)
        {
            lock (changes)
            {
                changes.Add(change);
            }
        }
    }
}
