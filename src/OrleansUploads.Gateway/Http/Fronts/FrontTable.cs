using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>The registered fronts. Decides which of them serves a request.</summary>
internal sealed class FrontTable
{
    private readonly List<RegisteredFront> _fronts = [];

    /// <exception cref="InvalidOperationException">There is no front, or two fronts have the same service.</exception>
    public FrontTable(
        IEnumerable<IFront> fronts, GatewayOptions options, ICredentialStore credentials, TimeProvider time)
    {
        foreach (var front in fronts.OrderBy(static front => front.ClaimsEveryPath))
        {
            if (FrontFor(front.Signing.Service) is not null)
            {
                throw new InvalidOperationException($"Two fronts are registered for the service '{front.Signing.Service}'.");
            }

            _fronts.Add(new RegisteredFront(front, new Authenticator(front.Signing, options, credentials, time)));
        }

        if (_fronts.Count == 0)
        {
            throw new InvalidOperationException("No front is registered. Add one, for example with AddGlacierFront.");
        }
    }

    /// <summary>Chooses the front of a request: by its address, if a front has one of its own, else by the service of its credential
    /// scope, else by its path, else the first front.</summary>
    public RegisteredFront Choose(RequestTarget target, RequestCredentials credentials, bool isOnOwnAddress)
    {
        if (isOnOwnAddress && _fronts.Find(static registered => registered.Front.HasOwnAddress) is { } only)
        {
            return only;
        }

        if (credentials.Authorization is { } authorization && FrontFor(authorization.Scope.Service) is { } named)
        {
            return named;
        }

        return _fronts.Find(registered => registered.Front.ClaimsPath(target) && !registered.Front.HasOwnAddress) ?? _fronts[0];
    }

    private RegisteredFront? FrontFor(string service) => _fronts.Find(registered => registered.Front.Signing.Service == service);
}

/// <summary>A front with the authenticator for its signing rules.</summary>
internal sealed record RegisteredFront(IFront Front, Authenticator Authenticator);

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
