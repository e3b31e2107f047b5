using System.Net;
using System.Net.Sockets;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansUploads.Engine.Collecting;

namespace OrleansUploads.Gateway.Http.Health;

/// <summary>Writes the health report: the name and the status of each check, and problems in a few words. Anyone may read it, so the
/// details are only for callers nearby who ask for them.</summary>
internal static class HealthReportWriter
{
    private const string ContentType = "application/json";
    private const string Verbose = "verbose";

    /// <summary>Runs the checks and writes the report. The status is 503 if a check is unhealthy.</summary>
    public static async Task WriteAsync(HttpContext context, UploadsHealth health, Func<HealthCheckRegistration, bool>? predicate)
    {
        var report = await health.CheckAsync(predicate, context.RequestAborted);
        context.Response.StatusCode = report.Status == HealthStatus.Unhealthy
            ? StatusCodes.Status503ServiceUnavailable
            : StatusCodes.Status200OK;
        context.Response.Headers.CacheControl = "no-store, no-cache";
        await WriteAsync(context, report);
    }

    /// <summary>Writes <c>{"status":"Healthy","checks":{"name":"Healthy"}}</c>.</summary>
    private static async Task WriteAsync(HttpContext context, HealthReport report)
    {
        context.Response.ContentType = ContentType;
        context.Response.Headers[RequestId.AmazonHeader] = RequestId.New();
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteString("status", report.Status.ToString());
        WriteSection(json, "checks", report, entry => entry.Status.ToString());
        if (report.Entries.Values.Any(entry => HealthProblem.Of(entry) is not null))
        {
            WriteSection(json, "problems", report, HealthProblem.Of);
        }

        if (context.Request.Query.ContainsKey(Verbose))
        {
            var caller = CallerDistance.Of(context);
            WriteDetails(json, report, caller, context.RequestServices.GetService<ServerDescription>());
            if (caller.IsOnMachine && context.RequestServices.GetService<DeletedBytes>() is { } deleted)
            {
                await WriteDeletedAsync(json, deleted, context.RequestAborted);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the details for callers on this machine, and the version also for callers in its private network, because a
    /// container's host is such a caller.</summary>
    private static void WriteDetails(Utf8JsonWriter json, HealthReport report, CallerDistance caller, ServerDescription? server)
    {
        if (caller.IsOnMachine)
        {
            WriteSection(json, "details", report, entry => entry.Description);
        }

        if (caller.IsInPrivateNetwork && server is not null)
        {
            json.WriteString("version", server.Version);
        }

        if (caller.IsOnMachine)
        {
            if (server?.SqliteVersion is { } sqlite)
            {
                json.WriteString("sqliteVersion", sqlite);
            }

            if (server?.DataFolder is { } folder)
            {
                json.WriteString("dataFolder", folder);
            }

            WriteMemory(json);
        }
    }

    private static void WriteSection(
        Utf8JsonWriter json, string section, HealthReport report, Func<HealthReportEntry, string?> textOf)
    {
        json.WriteStartObject(section);
        foreach (var (name, entry) in report.Entries)
        {
            if (textOf(entry) is { } text)
            {
                json.WriteString(name, text);
            }
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the bytes of deleted archives and objects that are not freed yet, unless the journal cannot be read.</summary>
    private static async Task WriteDeletedAsync(Utf8JsonWriter json, DeletedBytes deleted, CancellationToken cancellationToken)
    {
        if (await deleted.TryReadAsync(cancellationToken) is not { } total)
        {
            return;
        }

        json.WriteStartObject("deletedNotFreed");
        json.WriteNumber("bytes", total.Bytes);
        json.WriteNumber("archivesAndObjects", total.Count);
        if (total.Until is { } until)
        {
            json.WriteString("until", until.UtcDateTime);
        }

        json.WriteBoolean("hasMore", total.HasMore);
        json.WriteEndObject();
    }

    private static void WriteMemory(Utf8JsonWriter json)
    {
        json.WriteStartObject("memory");
        json.WriteNumber("workingSetBytes", Environment.WorkingSet);
        json.WriteNumber("heapBytes", GC.GetTotalMemory(forceFullCollection: false));
        json.WriteNumber("allocatedBytes", GC.GetTotalAllocatedBytes());
        json.WriteNumber("gen2Collections", GC.CollectionCount(GC.MaxGeneration));
        json.WriteEndObject();
    }
}

/// <summary>What a health check adds to the public report.</summary>
public static class HealthProblem
{
    /// <summary>Key in the data of the check's result. The value is a problem in a few words that anyone may read.</summary>
    public const string Key = "problem";

    /// <returns>Null if the check reports none.</returns>
    internal static string? Of(HealthReportEntry entry) => entry.Data.TryGetValue(Key, out var problem) ? problem as string : null;
}

/// <summary>What the detailed health report says about the process.</summary>
/// <param name="SqliteVersion">Null if something else keeps the journal.</param>
/// <param name="DataFolder">Full path; null if the data is in memory.</param>
public sealed record ServerDescription(string Version, string? SqliteVersion, string? DataFolder)
{
    /// <summary>The version of a program, without the commit.</summary>
    public static string VersionOf(Assembly program) =>
        program.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}

/// <summary>How near a caller is.</summary>
/// <param name="IsOnMachine">Or in the same container.</param>
/// <param name="IsInPrivateNetwork">Or on this machine. Its address is not routed through the internet.</param>
internal readonly record struct CallerDistance(bool IsOnMachine, bool IsInPrivateNetwork)
{
    private static readonly string[] ProxyHeaders = ["Forwarded", "X-Forwarded-For", "Via"];

    private static readonly IPNetwork[] PrivateNetworks =
    [
        IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16"),
        IPNetwork.Parse("fc00::/7"), IPNetwork.Parse("fe80::/10"),
    ];

    /// <summary>How far the client is. Behind a proxy, which may pass on requests from anywhere, no client is near.</summary>
    /// <remarks>A proxy on this machine may add none of the headers, and a web page may have a name that leads to this machine. Both send
    /// that name as Host.</remarks>
    public static CallerDistance Of(HttpContext context) =>
        context.Connection.RemoteIpAddress is not { } address
            || ProxyHeaders.Any(context.Request.Headers.ContainsKey)
            || (Of(address).IsOnMachine && !LoopbackHost.Matches(context.Request.Host))
                ? default
                : Of(address);

    public static CallerDistance Of(IPAddress address)
    {
        var plain = address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address;
        return IPAddress.IsLoopback(plain)
            ? new CallerDistance(IsOnMachine: true, IsInPrivateNetwork: true)
            : new CallerDistance(IsOnMachine: false, PrivateNetworks.Any(network => network.Contains(plain)));
    }
}
