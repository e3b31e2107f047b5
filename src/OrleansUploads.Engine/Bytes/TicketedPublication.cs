using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Engine.Bytes;

/// <summary>Sends the commands that publish objects, each with a ticket. A command that was overtaken is sent again with another ticket, as
/// long as its client is there. An abandoned publication therefore keeps its ticket, and comes before everything
/// that was asked later, or never.</summary>
internal sealed class TicketedPublication(IEntityHost host, KeyIndex keys, TimeProvider time)
{
    /// <summary>The maximum number of tickets of a request. The second one is the last unless the request has a condition, or the key is
    /// deleted again and again.</summary>
    private const int MaxTickets = 10;

    /// <summary>How long a request gets tickets. After this time its client may have given up, although the connection does not show it
    /// yet, and may rely on the answer to a later request. Clients wait longer by default: those of Amazon for a minute.</summary>
    private static readonly TimeSpan TicketLife = TimeSpan.FromSeconds(20);

    /// <summary>Takes a ticket ahead. This loads the key's leaf, so that its decision need not wait for that.</summary>
    /// <returns>The ticket, or null if there is none. The task never fails.</returns>
    public async Task<KeyTicket?> TryTakeTicketAsync(ObjectName name, CancellationToken cancellationToken)
    {
        try
        {
            return await keys.TakeTicketAsync(name, cancellationToken);
        }
        catch (Exception fault) when (fault is EntityUnavailableException or OperationCanceledException or ObjectDisposedException)
        {
            return null;
        }
    }

    /// <summary>Sends a command. Its first ticket is the one that was taken ahead, or a new one.</summary>
    /// <returns>The outcome, and whether it is that of a repetition: see <see cref="TrackedAnswer.IsToRepetition"/>.</returns>
    /// <exception cref="EntityUnavailableException">The outcome is unknown.</exception>
    /// <exception cref="OperationCanceledException">The client is gone; the outcome is unknown.</exception>
    public async ValueTask<(Outcome<PublishedObject> Outcome, bool IsOfRepetition)> SendAsync(
        UploadId upload,
        ObjectName name,
        Func<KeyTicket, ICommand<PublishedObject>> command,
        KeyTicket? taken,
        CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var ticket = taken ?? await keys.TakeTicketAsync(name, cancellationToken);
        for (var tickets = 1; ; tickets++)
        {
            var (outcome, isOfRepetition) = await host.AskTrackedAsync(upload.Entity, command(ticket), cancellationToken);
            if (outcome.Refusal is not ObjectRefusal.KeyChanged
                || tickets == MaxTickets
                || time.GetElapsedTime(began) >= TicketLife)
            {
                return (outcome, isOfRepetition);
            }

            cancellationToken.ThrowIfCancellationRequested();
            ticket = await keys.IssueTicketAsync(name, cancellationToken);
        }
    }
}
