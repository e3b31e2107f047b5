using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansUploads.Storage.Tests;

internal enum ProxyFault
{
    None,
    Busy,
    Fail,
    Cut,
    BusyAfterEffect,
    CutAfterEffect,
    CutInAnswer,
}

/// <summary>Stands between a part store and a server, and lets requests fail according to a plan, also after their effect and in the middle
/// of an answer.</summary>
internal sealed class StoreProxy : IAsyncDisposable
{
    private static readonly string[] HopHeaders = ["Transfer-Encoding", "Connection", "Keep-Alive"];

    private readonly HttpClient _server = new(new SocketsHttpHandler { UseProxy = false });
    private readonly WebApplication _app;
    private Uri _target = null!;
    private int _requests;

    private StoreProxy(WebApplication app) => _app = app;

    /// <summary>Decides by the number of the request, from 1 on.</summary>
    public Func<int, ProxyFault> Plan { get; set; } = static _ => ProxyFault.None;

    public int Requests => Volatile.Read(ref _requests);

    /// <summary>Answers a request instead of the server, or returns false to leave it to the server.</summary>
    public Func<HttpContext, Task<bool>> Answer { get; set; } = static _ => Task.FromResult(false);

    /// <summary>Changes the headers of an answer of the server.</summary>
    public Action<HttpResponse> Change { get; set; } = static _ => { };

    public TimeSpan Delay { get; set; }

    public static async Task<StoreProxy> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0);
            kestrel.Limits.MaxRequestBodySize = null;
        });
        var proxy = new StoreProxy(builder.Build());
        proxy._app.Run(proxy.ForwardAsync);
        await proxy._app.StartAsync();
        return proxy;
    }

    /// <summary>Leads to a server. Returns the address of the proxy in its place.</summary>
    public Uri To(Uri server)
    {
        _target = server;
        return new Uri(new Uri(_app.Urls.Single()), server.AbsolutePath);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _server.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var fault = Plan(Interlocked.Increment(ref _requests));
        if (Delay > TimeSpan.Zero)
        {
            await Task.Delay(Delay, context.RequestAborted);
        }

        if (await Answer(context))
        {
            return;
        }

        switch (fault)
        {
            case ProxyFault.Busy:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            case ProxyFault.Fail:
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            case ProxyFault.Cut:
                context.Abort();
                return;
            default:
                break;
        }

        using var answer = await SendAsync(context.Request, context.RequestAborted);
        switch (fault)
        {
            case ProxyFault.BusyAfterEffect:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return;
            case ProxyFault.CutAfterEffect:
                context.Abort();
                return;
            default:
                await CopyAsync(answer, context, fault == ProxyFault.CutInAnswer);
                return;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequest from, CancellationToken cancellationToken)
    {
        var target = _target.GetLeftPart(UriPartial.Authority) + from.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        using var request = new HttpRequestMessage(new HttpMethod(from.Method), target);
        if (from.ContentLength > 0)
        {
            request.Content = new StreamContent(from.Body);
        }

        foreach (var (name, values) in from.Headers)
        {
            if (!HopHeaders.Contains(name, StringComparer.OrdinalIgnoreCase)
                && !request.Headers.TryAddWithoutValidation(name, [.. values]))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, [.. values]);
            }
        }

        return await _server.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private async Task CopyAsync(HttpResponseMessage answer, HttpContext context, bool isCut)
    {
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
        {
            if (!HopHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                context.Response.Headers[name] = values.ToArray();
            }
        }

        Change(context.Response);

        if (answer.StatusCode == HttpStatusCode.NoContent || HttpMethods.IsHead(context.Request.Method))
        {
            return;
        }

        await using var bytes = await answer.Content.ReadAsStreamAsync(context.RequestAborted);
        if (!isCut)
        {
            await bytes.CopyToAsync(context.Response.Body, context.RequestAborted);
            return;
        }

        var half = new byte[(answer.Content.Headers.ContentLength ?? 0) / 2];
        await bytes.ReadExactlyAsync(half, context.RequestAborted);
        await context.Response.Body.WriteAsync(half, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
        context.Abort();
    }
}
