using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>Stands between silos and Azurite, counts the requests, and lets them fail according to a plan.</summary>
internal sealed class TableProxy : IDisposable
{
    private static readonly string[] HopHeaders = ["Transfer-Encoding", "Connection", "Keep-Alive"];

    private readonly ConcurrentDictionary<TableFault, int> _faults = new();
    private readonly ConcurrentQueue<TableRequest> _requests = new();
    private readonly HttpClient _azurite = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) });
    private readonly WebApplication _app;
    private readonly Uri _target;
    private int _refusedWrites;

    private TableProxy(WebApplication app, Uri target)
    {
        _app = app;
        _target = target;
    }

    /// <summary>The address of the account's tables through this proxy.</summary>
    public Uri Tables { get; private set; } = null!;

    public Func<TableRequest, TableFault> Plan { get; set; } = static _ => TableFault.None;

    /// <summary>Starts a proxy. Skips the test if there is no Azurite.</summary>
    public static async Task<TableProxy> StartAsync(AzuriteServer azurite)
    {
        await azurite.CreateLocalClusterAsync();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var proxy = new TableProxy(app, azurite.Tables);
        app.Run(proxy.ForwardAsync);
        await app.StartAsync();
        proxy.Tables = new Uri(new Uri(app.Urls.Single()), azurite.Tables.AbsolutePath);
        return proxy;
    }

    public int Count(TableFault fault) => _faults.GetValueOrDefault(fault);

    /// <summary>Number of writes of journals that Azurite refused because the row had changed (412) or existed already (409).</summary>
    public int RefusedWrites => Volatile.Read(ref _refusedWrites);

    /// <summary>The requests since this was last called.</summary>
    public IReadOnlyList<TableRequest> Take()
    {
        List<TableRequest> requests = [];
        while (_requests.TryDequeue(out var request))
        {
            requests.Add(request);
        }

        return requests;
    }

    public void Dispose()
    {
        ((IDisposable)_app).Dispose();
        _azurite.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var request = TableRequest.Of(context.Request.Method, context.Request.Path.Value ?? "", body.ToArray());
        _requests.Enqueue(request);
        var fault = Plan(request);
        _faults.AddOrUpdate(fault, 1, static (_, count) => count + 1);
        using var answer = fault is TableFault.None or TableFault.BusyAfter or TableFault.CutAfter or TableFault.HangAfter
            ? await SendAsync(context.Request, body.ToArray())
            : null;
        if (request is { IsWrite: true, Table: "OrleansUploadsJournals" }
            && answer?.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            Interlocked.Increment(ref _refusedWrites);
        }

        switch (fault)
        {
            case TableFault.None:
                await CopyAsync(answer!, context.Response);
                break;
            case TableFault.Throttle:
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                break;
            case TableFault.Busy or TableFault.BusyAfter:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                break;
            case TableFault.Fail:
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
            case TableFault.Refuse:
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                context.Response.Headers["x-ms-error-code"] = "AuthorizationFailure";
                break;
            case TableFault.Hang or TableFault.HangAfter:
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            default:
                context.Abort();
                break;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequest from, byte[] body)
    {
        var target = new Uri($"{_target.GetLeftPart(UriPartial.Authority)}{from.HttpContext.Features
            .Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget}");
        using var request = new HttpRequestMessage(new HttpMethod(from.Method), target);
        if (body.Length > 0 || from.Headers.ContentType.Count > 0)
        {
            request.Content = new ByteArrayContent(body);
        }

        foreach (var (name, values) in from.Headers)
        {
            if (name != "Host" && !HopHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !request.Headers.TryAddWithoutValidation(name, [.. values]))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, [.. values]);
            }
        }

        return await _azurite.SendAsync(request);
    }

    private static async Task CopyAsync(HttpResponseMessage answer, HttpResponse to)
    {
        to.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!HopHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                to.Headers[name] = values.ToArray();
            }
        }

        if (answer.StatusCode != HttpStatusCode.NoContent)
        {
            await answer.Content.CopyToAsync(to.Body);
        }
    }
}
