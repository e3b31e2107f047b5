using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Refusals;

namespace OrleansUploads.Cluster.Tests.Harness;

/// <summary>Calls with retries, as all clients make them.</summary>
internal static class Retrying
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Repeats a command until it gets an answer or a refusal.</summary>
    public static Task<Outcome<TAnswer>> AskWithRetriesAsync<TAnswer>(
        this IEntityHost host, EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer => AskWithRetriesAsync(() => host, entity, command);

    /// <summary>Repeats a command until it gets an answer or a refusal, each time through another host.</summary>
    public static async Task<Outcome<TAnswer>> AskWithRetriesAsync<TAnswer>(
        Func<IEntityHost> host, EntityId entity, ICommand<TAnswer> command)
        where TAnswer : class, IAnswer
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            try
            {
                return await host().AskAsync(entity, command, patience.Token);
            }
            catch (Exception fault) when (fault is EntityUnavailableException or ObjectDisposedException
                && !patience.IsCancellationRequested)
            {
                // Try again: the silo may be gone by now.
                await Task.Delay(20, patience.Token);
            }
        }
    }
}
