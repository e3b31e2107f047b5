using OrleansUploads.Core.Deciding;

namespace OrleansUploads.Gateway.Tests.Harness;

/// <summary>Sends every command twice and returns the second answer, like a gateway of a cluster that lost the first answer with a
/// silo.</summary>
internal sealed class RepeatingHost(IEntityHost inner) : IEntityHost, IAsyncDisposable
{
    public async ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
    {
        _ = await inner.SendAsync(entity, command, cancellationToken);
        return await inner.SendAsync(entity, command, cancellationToken) with { IsToRepetition = true };
    }

    public async ValueTask DisposeAsync()
    {
        if (inner is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync();
        }
    }
}
