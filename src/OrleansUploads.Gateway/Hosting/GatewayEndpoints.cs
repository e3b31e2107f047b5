using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing.Matching;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Connections;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Gateway.Http.Telemetry;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>Maps the service in an application to which <see cref="LocalServices"/> or <see cref="GatewayServices"/> has added
/// it.</summary>
public static class GatewayEndpoints
{
    /// <summary>Path of the report of all checks. It tells a load balancer whether to send requests here, and needs no
    /// signature.</summary>
    public const string HealthPath = "/healthz";

    /// <summary>Path of the report of the checks with <see cref="LiveTag"/>. It tells whether a restart would help, and needs no
    /// signature.</summary>
    public const string LivePath = "/livez";

    /// <summary>Marks a check whose failure only a restart can repair.</summary>
    public const string LiveTag = "live";

    /// <summary>Signatures say who sends a request, and not the application's policies. The policy for endpoints without one, the fallback
    /// policy, does not apply. A policy that the application adds to these endpoints does.</summary>
    private static readonly AuthorizationPolicy SignaturesDecide =
        new AuthorizationPolicyBuilder().RequireAssertion(static _ => true).Build();

    /// <summary>Maps the health reports and the fronts, at the root or below the prefix of a group or of the application.
    /// They serve every request there that has no other endpoint. If the application has a fallback route, it gets the
    /// requests without a signature that ask for neither a report nor the dashboard.</summary>
    /// <remarks>It may be called for several prefixes or hosts. An application that calls it twice for the same one does not start.</remarks>
    /// <returns>Adds conventions to the endpoints, such as a rate limit or hosts.</returns>
    /// <exception cref="InvalidOperationException">The service was not added to the services of the application.</exception>
    public static IEndpointConventionBuilder MapOrleansUploads(this IEndpointRouteBuilder endpoints)
    {
        var services = endpoints.ServiceProvider;
        if (services.GetService<TransferLimiters>() is not { } transfers)
        {
            throw new InvalidOperationException(
                "The application does not have OrleansUploads. Call builder.Services.AddOrleansUploads(folder) before you build it.");
        }

        services.GetRequiredService<RepeatedMappings>().Add();
        GatewayTelemetry.Observe(services.GetService<OpenConnections>(), transfers);
        var fronts = services.GetRequiredService<FrontDispatcher>();
        var health = services.GetRequiredService<UploadsHealth>();
        var fronted = endpoints.Map("/{**path}", context => HealthRequest.Find(context) switch
        {
            HealthPath => HealthReportWriter.WriteAsync(context, health, predicate: null),
            LivePath => HealthReportWriter.WriteAsync(context, health, static check => check.Tags.Contains(LiveTag)),
            _ => fronts.HandleAsync(context),
        }).WithDisplayName("OrleansUploads").WithMetadata(UploadsEndpoint.Instance);
        fronted.Finally(static endpoint =>
        {
            // With a policy of ours, a plain RequireAuthorization would not add the application's default policy.
            if (!endpoint.Metadata.Any(static item => item is IAuthorizeData or AuthorizationPolicy))
            {
                endpoint.Metadata.Add(SignaturesDecide);
            }
        });
        return fronted;
    }
}

internal sealed class UploadsEndpoint
{
    private UploadsEndpoint()
    {
    }

    public static UploadsEndpoint Instance { get; } = new();

    public static bool Is(Endpoint endpoint) => endpoint.Metadata.GetMetadata<UploadsEndpoint>() is not null;
}

/// <summary>Leaves requests that are not for the fronts to other endpoints that match, such as a fallback route, which would otherwise never
/// be chosen.</summary>
internal sealed class UploadsMatcher(FrontTable fronts, GatewayOptions options) : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => 0;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(UploadsEndpoint.Is);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var valid = Enumerable.Range(0, candidates.Count).Where(candidates.IsValidCandidate).ToList();
        foreach (var uploads in valid.Where(candidate => UploadsEndpoint.Is(candidates[candidate].Endpoint)))
        {
            if (valid.Count > 1 && !IsForFronts(httpContext, candidates[uploads].Endpoint))
            {
                candidates.SetValidity(uploads, false);
            }
        }

        return Task.CompletedTask;
    }

    private bool IsForFronts(HttpContext context, Endpoint endpoint)
    {
        var target = RequestTarget.Of(context, endpoint);
        var credentials = RequestCredentials.Read(context.Request, target);
        return options.AnonymousAccount is not null
            || credentials.Authorization is not null
            || credentials.IsPresigned
            || HealthRequest.Find(context.Request, target) is not null
            || fronts.Choose(target, credentials, context.Features.Get<OwnAddress>() is not null).Front.ServesUnsigned(target);
    }
}

/// <summary>Tells requests for a health report from requests to a front. The path of a report may also be a bucket's or an object's.</summary>
internal static class HealthRequest
{
    /// <returns>Null if the request asks for none.</returns>
    public static string? Find(HttpContext context)
    {
        // Nearly all requests are for something else, and their targets are not parsed here.
        var end = (context.Request.Path.Value ?? "").AsSpan().TrimEnd('/');
        return end.EndsWith(GatewayEndpoints.HealthPath, StringComparison.OrdinalIgnoreCase)
            || end.EndsWith(GatewayEndpoints.LivePath, StringComparison.OrdinalIgnoreCase)
                ? Find(context.Request, RequestTarget.Of(context, context.GetEndpoint()))
                : null;
    }

    /// <summary>The path of the report for which a request asks: it reads exactly this path and has no signature. Upper and lower case and a
    /// slash at the end make no difference. Null if it asks for none.</summary>
    public static string? Find(HttpRequest request, RequestTarget target)
    {
        // The segments "." and ".." are part of a key, and leave no segments here.
        var name = target.Segments switch
        {
            [var only] => only,
            [var only, ""] => only,
            _ => null,
        };
        if (name is null || !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)))
        {
            return null;
        }

        var path = Array.Find([GatewayEndpoints.HealthPath, GatewayEndpoints.LivePath], path =>
            path.AsSpan(1).Equals(name, StringComparison.OrdinalIgnoreCase));
        return path is not null && RequestCredentials.Read(request, target) is { Authorization: null, IsPresigned: false } ? path : null;
    }
}
