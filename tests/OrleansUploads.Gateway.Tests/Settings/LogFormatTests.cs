using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using OrleansUploads.Engine;
using OrleansUploads.Gateway.Settings;
using OrleansUploads.Serving;
using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Settings;

/// <summary>The JSON log and the plain log.</summary>
public sealed partial class LogFormatTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 4, 9, 0, 0, 7, TimeSpan.Zero);

    [Fact]
    public async Task A_request_is_one_object_with_the_values_of_its_line()
    {
        await using var server = await StartAsync();
        (await server.SendAsync(CreateVault("v"))).Expect(201);
        var answer = await server.SendAsync(UploadArchive("v", Bytes(7)).With("x-amz-archive-description", "private"));

        var line = await server.Log.WaitForAsync("UploadArchive");

        var log = Parse(line);
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$", log["Timestamp"].GetString());
        Assert.Equal("Information", log["LogLevel"].GetString());
        Assert.Equal(2001, log["EventId"].GetInt32());
        var values = log["State"];
        Assert.Equal(answer.Header("x-amzn-RequestId"), values.GetProperty("RequestId").GetString());
        Assert.Equal("UploadArchive", values.GetProperty("Operation").GetString());
        Assert.Equal("111122223333", values.GetProperty("Account").GetString());
        Assert.Equal(201, values.GetProperty("Status").GetInt32());
        Assert.Equal((7, 0), (values.GetProperty("BytesIn").GetInt64(), values.GetProperty("BytesOut").GetInt64()));
        Assert.Equal(JsonValueKind.Number, values.GetProperty("ElapsedMs").ValueKind);
        Assert.Equal("127.0.0.1", values.GetProperty("Client").GetString());
        Assert.Equal(new Signer().AccessKeyId, values.GetProperty("AccessKeyId").GetString());
        Assert.Equal($"/-/vaults/v/archives -> archives/{answer.Header("x-amz-archive-id")}", values.GetProperty("Subject").GetString());
        Assert.DoesNotContain(Signer.Secret, line, StringComparison.Ordinal);
        Assert.DoesNotContain("private", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_of_several_lines_with_an_exception_is_one_line()
    {
        using var text = new StringWriter { NewLine = "\n" };
        JsonFormatter().Write(
            new LogEntry<string>(
                LogLevel.Error, "a", 7, "one\ntwo\u2028three \"four\"", new InvalidOperationException("five\r\nsix"), static (state, _) => state),
            scopeProvider: null,
            text);

        var line = text.ToString();
        Assert.Equal(line.Length - 1, line.IndexOfAny(['\r', '\n', '\u2028']));
        Assert.Equal("one\ntwo\u2028three \"four\"", Parse(line)["Message"].GetString());
        Assert.Contains("five\r\nsix", Parse(line)["Exception"].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_line_has_the_time_and_the_message_with_the_whole_request_ID()
    {
        using var lines = PlainLines();

        LogServed(lines, "0123456789abcdef", "UploadArchive");

        Assert.Equal(["2026-05-04T09:00:00.007Z 0123456789abcdef UploadArchive is done\n"], await lines.ReadThroughAsync("is done"));
    }

    [Fact]
    public async Task A_problem_says_how_severe_it_is_and_is_one_line()
    {
        using var lines = PlainLines();

        LogSlow(lines, "two\nlines");
        LogFailed(lines, new InvalidOperationException("broken"));

        Assert.Equal(
            [
                "2026-05-04T09:00:00.007Z warning: It is slow: two lines\n",
                "2026-05-04T09:00:00.007Z error: It failed System.InvalidOperationException: broken\n",
            ],
            await lines.ReadThroughAsync("It failed"));
    }

    [Fact]
    public async Task A_value_does_not_speak_to_the_terminal()
    {
        using var lines = PlainLines();

        LogSlow(lines, "\u001b]0;title\u0007\u009b2J\u202eäöü\u2069\b");

        Assert.Equal(["2026-05-04T09:00:00.007Z warning: It is slow: ?]0;title??2J?äöü??\n"], await lines.ReadThroughAsync("It is slow"));
    }

    [Fact]
    public async Task A_message_of_any_component_names_the_request_during_which_it_was_written()
    {
        using var lines = PlainLines();
        using var json = new StringWriter { NewLine = "\n" };
        CurrentRequest.Id = "0123456789abcdef";

        LogSlow(lines, "the disk");
        LogServed(lines, "0123456789abcdef", "UploadArchive");
        JsonFormatter().Write(
            new LogEntry<string>(LogLevel.Error, "a", 7, "It is slow", exception: null, static (state, _) => state), JsonScopes(), json);

        Assert.Equal(
            [
                "2026-05-04T09:00:00.007Z warning: It is slow: the disk (request 0123456789abcdef)\n",
                "2026-05-04T09:00:00.007Z 0123456789abcdef UploadArchive is done\n",
            ],
            await lines.ReadThroughAsync("is done"));
        Assert.Equal("0123456789abcdef", Parse(json.ToString())["Scopes"][0].GetProperty("RequestId").GetString());
    }

    private static async Task<GatewayServer> StartAsync()
    {
        var server = await GatewayServer.StartAsync(new GatewaySetup());
        server.Log.Formatter = JsonFormatter();
        return server;
    }

    /// <summary>The formatter that the log of a server has with JSON.</summary>
    private static ConsoleFormatter JsonFormatter()
    {
        var services = new ServiceCollection().AddLogging(static logging => logging.AddOrleansUploadsLog(LogFormat.Json)).BuildServiceProvider();
        var name = services.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName;
        return services.GetServices<ConsoleFormatter>().Single(formatter => formatter.Name == name);
    }

    private static IExternalScopeProvider JsonScopes() => new ServiceCollection()
        .AddLogging(static logging => logging.AddOrleansUploadsLog(LogFormat.Json))
        .BuildServiceProvider().GetRequiredService<IExternalScopeProvider>();

    private static Dictionary<string, JsonElement> Parse(string line) =>
        JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(line)!;

    private static LogLines PlainLines() => new()
    {
        Formatter = new PlainLogFormatter(new ManualTime(Now)),
    };

    [LoggerMessage(1, LogLevel.Information, "{RequestId} {Operation} is done")]
    private static partial void LogServed(ILogger log, string requestId, string operation);

    [LoggerMessage(2, LogLevel.Warning, "It is slow: {Reason}")]
    private static partial void LogSlow(ILogger log, string reason);

    [LoggerMessage(3, LogLevel.Error, "It failed")]
    private static partial void LogFailed(ILogger log, Exception fault);
}
