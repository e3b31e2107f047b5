using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Engine.Keys;

/// <summary>Sends commands to the upload that is the object of a key.</summary>
public sealed class CurrentObject(IEntityHost host, KeyIndex keys)
{
    /// <summary>The maximum number of times that a key is looked up. A further time is needed if its object is replaced between two
    /// steps, or if its upload has not recorded yet that it was published.</summary>
    private const int MaxLookups = 3;

    /// <summary>Looks a key up and sends a command to its object.</summary>
    /// <param name="command">The command, which is refused if the upload is not an object.</param>
    /// <returns>What listings show of the object, or null if the key has none; the answer; and
    /// <see cref="TrackedAnswer.IsToRepetition"/>.</returns>
    /// <exception cref="EntityUnavailableException">The outcome is unknown.</exception>
    public async ValueTask<(KeyEntry? Entry, Outcome<TAnswer> Outcome, bool IsOfRepetition)> AskTrackedAsync<TAnswer>(
        ObjectName name, ICommand<TAnswer> command, CancellationToken cancellationToken)
        where TAnswer : class, IAnswer
    {
        for (var lookups = 1; ; lookups++)
        {
            var found = await keys.FindAsync(name, cancellationToken);
            if (!found.TryGet(out var entry, out var refusal))
            {
                return (null, new(refusal), false);
            }

            var (outcome, isOfRepetition) = await host.AskTrackedAsync(entry.Upload.Entity, command, cancellationToken);
            if (lookups == MaxLookups || outcome.Refusal is not (ObjectRefusal.KeyNotFound or ObjectRefusal.UploadCompleting))
            {
                return (entry, outcome, isOfRepetition);
            }
        }
    }
}
