using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Core.Messages.Vaults;
using OrleansUploads.Core.Values;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Ports;
using OrleansUploads.Gateway.Tests.Harness;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>The fuzzer itself: it notices mistakes, and it does the same for the same seed.</summary>
public sealed partial class FuzzerTests
{
    private const int Requests = 400;

    private static readonly PlantedFault[] Planted =
    [
        new("a failure", (context, body) => With(context, body, answer => answer.StatusCode = 503)),
        new("an undocumented status", (context, body) => With(context, body, answer => answer.StatusCode = 418)),
        new("a code without its header", (context, body) => With(context, body, answer => answer.Headers.Remove("x-amzn-ErrorType"))),
        new("no request ID", (context, body) => With(context, body, answer => answer.Headers.Remove("x-amzn-RequestId"))),
        new("another type", (_, body) => Task.FromResult(body.Replace("\"Client\"", "\"Server\"", StringComparison.Ordinal))),
        new("a message that is cut", (_, body) => Task.FromResult(body.Length > 2 ? body[..^2] : body)),
        new("a trace of calls", (_, body) => Task.FromResult(Message().Replace(body, "$1   at OrleansUploads.X() "))),
        new("a status as if it were done", (context, body) => With(context, body, answer => answer.StatusCode = 200)),
        new("a journal that notes refusals", NoteAsync),
        new("bytes that stay", LeaveAsync),
    ];

    public static TheoryData<string> Names => [.. Planted.Select(fault => fault.ToString())];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_planted_fault_is_noticed(string name)
    {
        var fault = Planted.Single(fault => fault.ToString() == name);
        var failure = await Assert.ThrowsAsync<FuzzFailure>(
            () => FuzzRun.RunAsync(new FuzzPlan(1, Requests), new Coverage(), fault));
        Assert.Contains("ORLEANSUPLOADS_FUZZ_SEED=1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_kept_from_the_journal_is_noticed_by_looking()
    {
        await using var server = await FuzzServer.StartAsync(1);
        var world = World.New();
        await new LivedIn(server, world).MoveInAsync();
        var before = await Snapshot.TakeAsync(server, world);
        Assert.Equal(before, await Snapshot.TakeAsync(server, world));

        (await server.Gateway.SendAsync(Harness.Requests.RemoveTags("tagged", """{"TagKeys":["tag 7"]}"""))).Expect(204);

        Assert.NotEqual(before, await Snapshot.TakeAsync(server, world));
    }

    [Fact]
    public async Task A_seed_says_which_requests_are_sent_and_what_comes_of_them()
    {
        var (one, other) = (new Coverage(), new Coverage());
        await FuzzRun.RunAsync(new FuzzPlan(5, Requests), one);
        await FuzzRun.RunAsync(new FuzzPlan(5, Requests), other);
        Assert.Equal(one.ToString(), other.ToString());
    }

    private static Task<string> With(HttpContext context, string body, Action<HttpResponse> change)
    {
        change(context.Response);
        return Task.FromResult(body);
    }

    private static async Task<string> NoteAsync(HttpContext context, string body)
    {
        Assert.True(VaultName.TryParse("plain", out var name));
        var vault = new VaultId(GatewaySetup.Account, name);
        var tags = new Dictionary<string, string> { ["refused"] = Guid.NewGuid().ToString() };
        var host = context.RequestServices.GetRequiredService<IEntityHost>();
        Assert.Null((await host.AskAsync(vault.Entity, new AddTags(vault, tags), CancellationToken.None)).Refusal);
        return body;
    }

    private static async Task<string> LeaveAsync(HttpContext context, string body)
    {
        var ids = context.RequestServices.GetRequiredService<Engine.IdSource>();
        var parts = context.RequestServices.GetRequiredService<IPartStore>();
        await parts.CreateAsync(ids.NewUpload(), ids.NewAttempt(), 1, CancellationToken.None);
        return body;
    }

    [GeneratedRegex("(\"message\":\")")]
    private static partial Regex Message();
}
