using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>The fuzzer itself finds planted faults and is deterministic.</summary>
public sealed partial class FuzzerTests
{
    private const int Requests = 400;

    private static readonly PlantedFault[] Planted =
    [
        new("a server error", 1, (context, body) => With(context, body, answer => answer.StatusCode = 503)),
        new("an undocumented status", 1, (context, body) => With(context, body, answer => answer.StatusCode = 418)),
        new("a code without its header", 1, (context, body) => With(context, body, answer => answer.Headers.Remove("x-amzn-ErrorType"))),
        new("no request ID", 1, (context, body) => With(context, body, answer => answer.Headers.Remove("x-amzn-RequestId"))),
        new("a wrong error type", 1, (_, body) => Task.FromResult(body.Replace("\"Client\"", "\"Server\"", StringComparison.Ordinal))),
        new("a truncated message", 1, (_, body) => Task.FromResult(body.Length > 2 ? body[..^2] : body)),
        new("a stack trace", 1, (_, body) => Task.FromResult(Message().Replace(body, "$1   at OrleansUploads.X() "))),
        new("a success status", 1, (context, body) => With(context, body, answer => answer.StatusCode = 200)),
        new("a refusal that writes to the journal", 1, AddTagAsync),
        new("a refusal that leaves an attempt", 1, LeaveAttemptAsync),
    ];

    public static TheoryData<string> Names => [.. Planted.Select(fault => fault.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_planted_fault_is_found(string name)
    {
        var fault = Planted.Single(fault => fault.ToString() == name);
        await RecordedSeed.AssertFindsAsync(fault.FoundBy, seeds: 8, async seed =>
        {
            var failure = await Record.ExceptionAsync(() => FuzzRun.RunAsync(new FuzzPlan(seed, Requests), new Coverage(), fault));
            return failure is null
                ? false
                : Assert.IsType<FuzzFailure>(failure).Message.Contains($"ORLEANSUPLOADS_FUZZ_SEED={seed} ", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_snapshot_shows_a_change()
    {
        await using var server = await FuzzServer.StartAsync(new FuzzPlan(1, 0));
        var world = World.New();
        await new SampleData(server, world).CreateAsync();
        var before = await Snapshot.TakeAsync(server, world);
        Assert.Equal(before, await Snapshot.TakeAsync(server, world));

        (await server.Gateway.SendAsync(Harness.Requests.RemoveTags("tagged", """{"TagKeys":["tag 7"]}"""))).Expect(204);

        Assert.NotEqual(before, await Snapshot.TakeAsync(server, world));
    }

    [Fact]
    public Task The_same_seed_gives_the_same_requests_and_answers() => AssertSameTwiceAsync(FuzzedProtocol.Glacier);

    [Fact]
    [Trait(TestRun.Name, TestRun.Campaign)]
    public Task The_same_seed_gives_the_same_requests_to_S3_and_answers() => AssertSameTwiceAsync(FuzzedProtocol.S3);

    private static async Task AssertSameTwiceAsync(FuzzedProtocol protocol)
    {
        var (first, second) = (new Coverage(), new Coverage());
        await FuzzRun.RunAsync(new FuzzPlan(5, Requests / 2) { Protocol = protocol }, first);
        await FuzzRun.RunAsync(new FuzzPlan(5, Requests / 2) { Protocol = protocol }, second);
        Assert.Equal(first.ToString(), second.ToString());
    }

    private static Task<string> With(HttpContext context, string body, Action<HttpResponse> change)
    {
        change(context.Response);
        return Task.FromResult(body);
    }

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

    [GeneratedRegex("(\"message\":\")")]
    private static partial Regex Message();
}
