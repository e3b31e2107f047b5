using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Credentials;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>The registered fronts. Decides which of them serves a request.</summary>
internal sealed class FrontTable
{
    private readonly List<RegisteredFront> _fronts = [];
    private readonly bool _dashboardHasOwnAddress;

    /// <param name="fronts">The fronts, in order of registration.</param>
    /// <param name="options">The regions and the clock tolerance.</param>
    /// <param name="credentials">The known access keys.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="InvalidOperationException">There is no front, or two fronts have the same service.</exception>
    public FrontTable(
        IEnumerable<IFront> fronts, GatewayOptions options, ICredentialStore credentials, TimeProvider time)
    {
        _dashboardHasOwnAddress = options.DashboardHasOwnAddress;
        foreach (var front in fronts)
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

    /// <summary>Chooses the front of a request: by its address, if the dashboard has one of its own, else by the service of its credential
    /// scope, else by its path, else the first front.</summary>
    /// <param name="target">Path and query.</param>
    /// <param name="credentials">The request's credentials.</param>
    /// <param name="isForDashboard">Whether the connection is to the dashboard's own address.</param>
    public RegisteredFront Choose(RequestTarget target, RequestCredentials credentials, bool isForDashboard)
    {
        if (isForDashboard && _fronts.Find(static registered => registered.Front.IsForBrowsers) is { } dashboard)
        {
            return dashboard;
        }

        if (credentials.Authorization is { } authorization && FrontFor(authorization.Scope.Service) is { } named)
        {
            return named;
        }

        var claiming = _fronts.Find(registered =>
            registered.Front.ClaimsPath(target) && !(_dashboardHasOwnAddress && registered.Front.IsForBrowsers));
        return claiming ?? _fronts[0];
    }

    private RegisteredFront? FrontFor(string service) => _fronts.Find(registered => registered.Front.Signing.Service == service);
}

/// <summary>A front with the authenticator for its signing rules.</summary>
internal sealed record RegisteredFront(IFront Front, Authenticator Authenticator);
