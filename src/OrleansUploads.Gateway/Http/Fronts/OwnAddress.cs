using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>A feature of the connections to an address at which only the front with <see cref="IFront.HasOwnAddress"/> is served.</summary>
internal sealed class OwnAddress
{
    private static readonly OwnAddress Mark = new();

    private OwnAddress()
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
