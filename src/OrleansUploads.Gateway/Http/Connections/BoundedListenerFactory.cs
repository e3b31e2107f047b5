using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansUploads.Gateway.Http.Connections;

/// <summary>Wraps another transport's listener and keeps the number of connections within the limit.</summary>
/// <remarks>The limit is enforced when a connection is accepted and not in middleware, because an accepted connection already has a
/// descriptor, and a flood is accepted faster than middleware runs.</remarks>
internal sealed class BoundedListenerFactory(IConnectionListenerFactory transport, OpenConnections connections)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) =>
        transport is not IConnectionListenerFactorySelector selector || selector.CanBind(endpoint);

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

/// <summary>A connection that counts as open until its socket is closed. Its <see cref="OpenConnection"/> is a feature of its
/// requests.</summary>
internal sealed class AdmittedConnection : ConnectionContext
{
    private readonly ConnectionContext _accepted;
    private readonly OpenConnection _admitted;
    private readonly OpenConnections _connections;
    private int _disposed;

    public AdmittedConnection(ConnectionContext accepted, OpenConnection admitted, OpenConnections connections)
    {
        _accepted = accepted;
        _admitted = admitted;
        _connections = connections;
        ConnectionClosed = accepted.ConnectionClosed;
        LocalEndPoint = accepted.LocalEndPoint;
        RemoteEndPoint = accepted.RemoteEndPoint;
        accepted.Features.Set(admitted);
    }

    public override string ConnectionId
    {
        get => _accepted.ConnectionId;
        set => _accepted.ConnectionId = value;
    }

    public override IFeatureCollection Features => _accepted.Features;

    public override IDictionary<object, object?> Items
    {
        get => _accepted.Items;
        set => _accepted.Items = value;
    }

    public override IDuplexPipe Transport
    {
        get => _accepted.Transport;
        set => _accepted.Transport = value;
    }

    public override void Abort() => _accepted.Abort();

    public override void Abort(ConnectionAbortedException abortReason) => _accepted.Abort(abortReason);

    public override async ValueTask DisposeAsync()
    {
        try
        {
            await _accepted.DisposeAsync();
        }
        finally
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                _connections.RecordClosed(_admitted);
            }

            await base.DisposeAsync();
        }
    }
}
