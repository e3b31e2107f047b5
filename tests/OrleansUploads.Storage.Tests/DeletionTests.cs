using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace OrleansUploads.Storage.Tests;

/// <summary>One call that deletes several objects.</summary>
public sealed class DeletionTests(StoreServers servers)
{
    private static readonly CancellationToken None = CancellationToken.None;

    /// <summary>The servers whose call deletes several objects. Azure deletes blobs one by one.</summary>
    public static IEnumerable<TheoryDataRow<string>> Servers =>
    [
        new("own"),
        new TheoryDataRow<string>("s3rver").WithTrait(TestRun.Name, TestRun.Campaign).WithTrait(SliceAttribute.Name, "2"),
        new TheoryDataRow<string>("Ceph").WithTrait(TestRun.Name, TestRun.Campaign),
    ];

    [Theory]
    [MemberData(nameof(Servers))]
    public async Task Several_objects_are_deleted_with_one_call_and_missing_ones_are_no_error(string server)
    {
        using var storage = await servers.NamedAsync(server);
        var keys = Enumerable.Range(0, 30).Select(static number => $"several/{number}").ToList();
        foreach (var key in keys)
        {
            using var bytes = new MemoryStream([1, 2, 3]);
            await storage.PutAsync(key, bytes, bytes.Length, onlyIfAbsent: false, None);
        }

        Assert.Empty(await storage.DeleteAsync([.. keys[..29], "several/missing"], None));
        Assert.Empty(await storage.DeleteAsync([.. keys[..29]], None));

        var left = Assert.Single((await storage.ListAsync("several/", null, None)).Objects);
        Assert.Equal(keys[29], left.Key);
    }

    [Fact]
    public async Task As_many_objects_as_the_protocol_allows_are_deleted_with_one_call()
    {
        using var storage = await servers.OwnAsync();
        Assert.Equal(1000, storage.MaxDeletions);
        Assert.Empty(await storage.DeleteAsync([.. Enumerable.Range(0, storage.MaxDeletions).Select(static number => $"{number}")], None));
    }

    [Fact, Campaign]
    public async Task Blobs_are_deleted_one_by_one()
    {
        using var storage = await servers.AzuriteAsync();
        Assert.Equal(1, storage.MaxDeletions);
    }

    [Theory]
    [InlineData("<Error><Key>{0}</Key><Code>InternalError</Code><Message>Try again.</Message></Error>", ObjectFault.Unavailable)]
    [InlineData("<Error><Key>{0}</Key><Code>SlowDown</Code><Message>Fewer requests.</Message></Error>", ObjectFault.Throttled)]
    [InlineData("<Error><Key>{0}</Key><Code>AccessDenied</Code><Message>Access denied.</Message></Error>", ObjectFault.Refused)]
    [InlineData("", ObjectFault.Unavailable)]
    public async Task An_object_that_the_answer_does_not_confirm_counts_as_left(string entry, ObjectFault fault)
    {
        await using var proxy = await StoreProxy.StartAsync();
        using var storage = await servers.OwnAsync(proxy.To);
        proxy.Answer = context => AnswerAsync(context, entry);

        var left = Assert.Single(await storage.DeleteAsync(["kept", "a", "b"], None));

        Assert.Equal("kept", left.Key);
        Assert.Equal(fault, left.Fault);
    }

    [Fact]
    public async Task Attempts_do_not_count_as_deleted_if_the_answer_reports_one_of_them_as_left()
    {
        await using var proxy = await StoreProxy.StartAsync();
        using var store = await ObjectPartStore.OpenAsync(
            await servers.OwnAsync(proxy.To), new ObjectStorageOptions { FirstWait = TimeSpan.FromMilliseconds(1) });
        AttemptId[] attempts = [PartBytes.Attempt(1), PartBytes.Attempt(2), PartBytes.Attempt(3)];
        foreach (var attempt in attempts)
        {
            await store.StoreAsync(PartBytes.Upload(1), attempt, [1]);
        }

        proxy.Answer = context =>
            AnswerAsync(context, "<Error><Key>{0}</Key><Code>AccessDenied</Code><Message>Access denied.</Message></Error>");

        await Assert.ThrowsAnyAsync<PartStoreUnavailableException>(
            () => store.DeleteAttemptsAsync(PartBytes.Upload(1), attempts, None).AsTask());
    }

    /// <summary>Answers a deletion of several objects: the first one with an entry, the others as deleted.</summary>
    private static async Task<bool> AnswerAsync(HttpContext context, string entry)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            return false;
        }

        var request = await XDocument.LoadAsync(context.Request.Body, LoadOptions.None, context.RequestAborted);
        var keys = request.Descendants()
            .Where(static element => element.Name.LocalName == "Key")
            .Select(static element => element.Value)
            .ToList();
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync(
            "<DeleteResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
            + string.Concat(keys.Skip(1).Select(static key => $"<Deleted><Key>{key}</Key></Deleted>"))
            + string.Format(CultureInfo.InvariantCulture, entry, keys[0]) + "</DeleteResult>",
            context.RequestAborted);
        return true;
    }
}
