using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Silo.Tests.Journal;

/// <summary>The journal of a host that loses answers: a call fails before or after its effect, or takes effect later, after its caller was told
/// that the outcome is unknown.</summary>
/// <param name="late">Gets what takes effect later.</param>
internal sealed class LateJournal(IJournal inner, Random random, int percent, Queue<Func<Task>> late) : DelegatingJournal(inner)
{
    public int Faults { get; private set; }

    public override ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken) =>
        WriteAsync(() => Inner.AppendAsync(append, CancellationToken.None));

    public override async ValueTask SaveSnapshotAsync(
        EntityId entity, long version, ReadOnlyMemory<byte> snapshot, CancellationToken cancellationToken) => await WriteAsync(async () =>
        {
            await Inner.SaveSnapshotAsync(entity, version, snapshot, CancellationToken.None);
            return true;
        });

    private async ValueTask<T> WriteAsync<T>(Func<ValueTask<T>> write)
    {
        if (random.Next(100) >= percent)
        {
            return await write();
        }

        Faults++;
        switch (random.Next(3))
        {
            case 0:
                break;
            case 1:
                await write();
                break;
            default:
                late.Enqueue(async () => await write());
                break;
        }

        throw new JournalUnavailableException("The answer was lost as planned.");
    }
}
