using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace OrleansUploads.Gateway;

/// <summary>A feature of the connections to the dashboard's own address. Nothing but the dashboard is served on them, so no stored bytes
/// have its origin.</summary>
public sealed class DashboardConnection
{
    private static readonly DashboardConnection Mark = new();

    private DashboardConnection()
    {
    }

    /// <summary>Marks the connections to an address.</summary>
    public static void Use(ListenOptions endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ((IConnectionBuilder)endpoint).Use(next => connection =>
        {
            connection.Features.Set(Mark);
            return next(connection);
        });
    }
}
