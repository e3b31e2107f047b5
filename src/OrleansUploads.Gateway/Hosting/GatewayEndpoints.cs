using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using OrleansUploads.Gateway.Http.Admission;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Connections;
using OrleansUploads.Gateway.Http.Health;
using OrleansUploads.Gateway.Http.Telemetry;

namespace OrleansUploads.Gateway.Hosting;

/// <summary>The paths that the gateway serves.</summary>
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

    /// <summary>Maps the health reports and the fronts. The fronts serve every request that does not ask for a report and has no
    /// endpoint of its own.</summary>
    public static IEndpointRouteBuilder MapOrleansUploads(this IEndpointRouteBuilder endpoints)
    {
        var ready = Report(endpoints, new HealthCheckOptions());
        var live = Report(endpoints, new HealthCheckOptions { Predicate = static check => check.Tags.Contains(LiveTag) });
        var services = endpoints.ServiceProvider;
        GatewayTelemetry.Observe(
            services.GetRequiredService<OpenConnections>(), services.GetRequiredService<TransferLimiters>());
        var fronts = services.GetRequiredService<FrontDispatcher>();
        endpoints.Map("/{**path}", context =>
            HealthRequest.IsFor(context.Request, HealthPath) ? ready(context)
            : HealthRequest.IsFor(context.Request, LivePath) ? live(context)
            : fronts.HandleAsync(context));
        return endpoints;
    }

    private static RequestDelegate Report(IEndpointRouteBuilder endpoints, HealthCheckOptions options)
    {
        options.ResponseWriter = HealthReportWriter.WriteAsync;
        return endpoints.CreateApplicationBuilder().UseMiddleware<HealthCheckMiddleware>(Options.Create(options)).Build();
    }
}

/// <summary>Tells requests for a health report from requests to a front. The path of a report may also be that of a bucket or an
/// object.</summary>
internal static class HealthRequest
{
    /// <summary>Whether a request asks for a health report: it reads exactly this path and has no signature. Upper and lower case and a
    /// slash at the end make no difference.</summary>
    public static bool IsFor(HttpRequest request, string path)
    {
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method))
        {
            return false;
        }

        if (!(request.Path.Value ?? "").AsSpan().TrimEnd('/').Equals(path, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        // The server has resolved the segments "." and "..". They are part of a key.
        var target = RequestTarget.Parse(request.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        return target.Segments.Length > 0 && RequestCredentials.Read(request, target).Authorization is null;
    }
}
