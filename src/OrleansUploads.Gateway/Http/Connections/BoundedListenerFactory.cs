using System.Net;
using Microsoft.AspNetCore.Connections;

namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>Wraps another transport's listener and keeps the number of connections within the limit.</summary>
/// <remarks>The limit is enforced when a connection is accepted and not in middleware, because an accepted connection already has a
/// descriptor, and a flood is accepted faster than middleware runs.</remarks>
internal sealed class BoundedListenerFactory(IConnectionListenerFactory transport, OpenConnections connections)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) =>
        transport is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint);

    /// <inheritdoc/>
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new BoundedListener(await transport.BindAsync(endpoint, cancellationToken), connections);

    private sealed class BoundedListener(IConnectionListener listener, OpenConnections connections) : IConnectionListener
    {
        private readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => listener.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    await connections.WaitForCapacityAsync(_unbound.Token);
                }
                catch (OperationCanceledException)
                {
                    return null;
                }

                if (await listener.AcceptAsync(cancellationToken) is not { } accepted)
                {
                    return null;
                }

                var address = (accepted.RemoteEndPoint as IPEndPoint)?.Address;
                if (connections.Admit(address, () => accepted.Abort(LimitReached())) is { } admitted)
                {
                    return new AdmittedConnection(accepted, admitted, connections);
                }

                accepted.Abort(LimitReached());
                await accepted.DisposeAsync();
            }
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await _unbound.CancelAsync();
            await listener.UnbindAsync(cancellationToken);
        }

        public async ValueTask DisposeAsync()
        {
            await _unbound.CancelAsync();
            await listener.DisposeAsync();
            _unbound.Dispose();
        }

        private static ConnectionAbortedException LimitReached() =>
            new("The connection was closed because the server has reached its connection limit.");
    }
}
