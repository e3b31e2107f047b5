using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace OrleansUploads.Gateway.Tests.Glacier.Notifications;

/// <summary>An HTTP server that receives messages and answers each with a chosen status.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly Channel<ReceivedMessage> _messages = Channel.CreateUnbounded<ReceivedMessage>();
    private readonly WebApplication _app;
    private volatile int _status;
    private volatile TaskCompletionSource _answers = new();

    private Receiver(WebApplication app, int status)
    {
        _app = app;
        _status = status;
        _answers.SetResult();
    }

    /// <summary>The address to which messages are posted.</summary>
    public Uri Address { get; private set; } = null!;

    /// <summary>The status that answers the next messages.</summary>
    public int Status
    {
        get => _status;
        set => _status = value;
    }

    public static async Task<Receiver> StartAsync(int status = StatusCodes.Status200OK, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel().UseUrls($"http://127.0.0.1:{port}");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        var receiver = new Receiver(app, status);
        app.Run(receiver.ReceiveAsync);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        receiver.Address = new Uri(new Uri(address), "/ready?to=me");
        return receiver;
    }

    /// <summary>Waits for the next message, including rejected ones.</summary>
    public async Task<ReceivedMessage> NextAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _messages.Reader.ReadAsync(timeout.Token);
    }

    /// <summary>Whether a message has arrived that was not read yet.</summary>
    public bool HasMore => _messages.Reader.TryPeek(out _);

    /// <summary>Makes the receiver answer no message until the result is disposed.</summary>
    public IDisposable Hold() => new Held(_answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var status = _status;
        context.Response.StatusCode = status;
        context.Response.Headers.Location = "/elsewhere";
        await _messages.Writer.WriteAsync(new ReceivedMessage(
            $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}",
            context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray(),
            status));
        await _answers.Task;
    }

    private sealed record Held(TaskCompletionSource Answers) : IDisposable
    {
        public void Dispose() => Answers.SetResult();
    }
}

/// <summary>A received message.</summary>
public sealed record ReceivedMessage(string Line, IReadOnlyDictionary<string, string> Headers, byte[] Body, int AnsweredBy)
{
    public System.Text.Json.JsonElement Json => System.Text.Json.JsonDocument.Parse(Body).RootElement;

    public string Id => Json.GetProperty("MessageId").GetString()!;
}
