using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Cluster.Tests.Storage;

/// <summary>A journal that stores records at once, but answers the first appends late.</summary>
internal sealed class LateAnswers(IJournal inner) : DelegatingJournal(inner)
{
    private bool _isLate = true;

    /// <summary>What the answers to the late appends wait for.</summary>
    public TaskCompletionSource Answer { get; } = new();

    /// <summary>From now on, appends are answered at once.</summary>
    public void Release() => _isLate = false;

    public override async ValueTask<AppendOutcome> AppendAsync(JournalAppend append, CancellationToken cancellationToken)
    {
        var answer = _isLate ? Answer.Task : Task.CompletedTask;
        var outcome = await Inner.AppendAsync(append, cancellationToken);
        await answer;
        return outcome;
    }
}
