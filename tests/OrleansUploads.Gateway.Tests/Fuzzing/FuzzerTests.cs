using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>The fuzzer itself finds planted faults and is deterministic.</summary>
public sealed class FuzzerTests
{
    private const int Requests = 400;

    /// <summary>Faults of error answers, by name: each changes an answer and returns its new body.</summary>
    private static readonly Dictionary<string, Func<HttpContext, string, Task<string>>> Faults = new()
    {
        ["a server error"] = With(answer => answer.StatusCode = 503),
        ["an undocumented status"] = With(answer => answer.StatusCode = 418),
        ["a code without its header"] = With(answer => answer.Headers.Remove("x-amzn-ErrorType")),
        ["no request ID"] = With(answer => answer.Headers.Remove("x-amzn-RequestId")),
        ["a wrong error type"] = (_, body) => Task.FromResult(body.Replace("\"Client\"", "\"Server\"", StringComparison.Ordinal)),
        ["a truncated message"] = (_, body) => Task.FromResult(body.Length > 2 ? body[..^2] : body),
        ["a stack trace"] = (_, body) => Task.FromResult(
            body.Replace("\"message\":\"", "\"message\":\"   at OrleansUploads.X() ", StringComparison.Ordinal)),
        ["a success status"] = With(answer => answer.StatusCode = 200),
        ["a refusal that writes to the journal"] = AddTagAsync,
        ["a refusal that leaves an attempt"] = LeaveAttemptAsync,
    };

    public static TheoryData<string> Names => [.. Faults.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public Task A_planted_fault_is_found(string name) => RecordedSeed.AssertFindsAsync(recorded: 1, seeds: 8, async seed =>
    {
        var failure = await Record.ExceptionAsync(
            () => FuzzRun.RunAsync(new FuzzPlan(seed, Requests), new Coverage(), new PlantedFault(Faults[name])));
        return failure is not null
            && Assert.IsType<FuzzFailure>(failure).Message.Contains($"ORLEANSUPLOADS_FUZZ_SEED={seed} ", StringComparison.Ordinal);
    });

    [Fact]
    public async Task The_state_shows_a_change()
    {
        await using var server = await FuzzServer.StartAsync(new FuzzPlan(1, 0));
        var protocol = new GlacierProtocol(new Dice(1));
        await protocol.CreateSamplesAsync(server);
        var before = await protocol.ReadStateAsync(server, withBytes: false);
        Assert.Equal(before, await protocol.ReadStateAsync(server, withBytes: false));

        (await server.Gateway.SendAsync(Harness.Requests.RemoveTags("tagged", """{"TagKeys":["tag 7"]}"""))).Expect(204);

        Assert.NotEqual(before, await protocol.ReadStateAsync(server, withBytes: false));
    }

    [Fact, Campaign]
    public Task The_same_seed_gives_the_same_requests_and_answers() => AssertSameTwiceAsync(new FuzzPlan(5, Requests / 2));

    [Fact, Campaign]
    public Task The_same_seed_gives_the_same_requests_to_S3_and_answers() => AssertSameTwiceAsync(new FuzzPlan(5, Requests / 2, OnS3: true));

    private static async Task AssertSameTwiceAsync(FuzzPlan plan)
    {
        var (first, second) = (new Coverage(), new Coverage());
        await FuzzRun.RunAsync(plan, first);
        await FuzzRun.RunAsync(plan, second);
        Assert.Equal(first.ToString(), second.ToString());
    }

    private static Func<HttpContext, string, Task<string>> With(Action<HttpResponse> change) => (context, body) =>
    {
        change(context.Response);
        return Task.FromResult(body);
    };

    private static async Task<string> AddTagAsync(HttpContext context, string body)
    {
        var vault = Some.VaultNamed("plain");
        var tags = new Dictionary<string, string> { ["refused"] = Guid.NewGuid().ToString() };
        var host = context.RequestServices.GetRequiredService<IEntityHost>();
        Assert.Null((await host.AskAsync(vault.Entity, new AddTags(vault, tags), CancellationToken.None)).Refusal);
        return body;
    }

    private static async Task<string> LeaveAttemptAsync(HttpContext context, string body)
    {
        var ids = context.RequestServices.GetRequiredService<Engine.IdSource>();
        var parts = context.RequestServices.GetRequiredService<IPartStore>();
        await parts.CreateAsync(ids.NewUpload(), ids.NewAttempt(), 1, CancellationToken.None);
        return body;
    }
}
