using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

[Trait(TestHosts.Name, TestHosts.Grains)]
public class ConcurrencyTests(GatewayFixture gateway) : IClassFixture<GatewayFixture>
{
    private const int Callers = 16;
    private const int Rounds = 20;

    [Fact]
    public async Task Concurrent_completions_all_get_the_same_archive()
    {
        var vault = await gateway.NewVaultAsync();
        var archives = new HashSet<string>();
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Bytes(1000, round);
            var upload = await gateway.NewUploadAsync(vault);
            (await gateway.SendAsync(Part(vault, upload, 0, bytes))).Expect(204);
            var answers = await SendConcurrentlyAsync(_ => Complete(vault, upload, bytes));
            var archive = Assert.Single(answers.Select(a => a.Expect(201).Header("x-amz-archive-id")).Distinct());
            Assert.True(archives.Add(archive!));
        }

        var described = (await gateway.SendAsync(DescribeVault(vault))).Json;
        Assert.Equal(Rounds, described.GetProperty("NumberOfArchives").GetInt64());
    }

    [Fact]
    public async Task Concurrent_parts_for_the_same_slots_leave_one_part_in_each()
    {
        const int Slots = 4;
        var (vault, upload) = await gateway.OpenUploadAsync();
        var answers = await SendConcurrentlyAsync(caller => Part(vault, upload, caller % Slots * MiB, PartOf(caller)));
        Assert.All(answers, answer => answer.Expect(204));

        var listed = (await gateway.SendAsync(ListParts(vault, upload))).Json.GetProperty("Parts");
        Assert.Equal(Slots, listed.GetArrayLength());
        var archive = new List<byte>();
        for (var slot = 0; slot < Slots; slot++)
        {
            var hash = listed[slot].GetProperty("SHA256TreeHash").GetString();
            archive.AddRange(Enumerable.Range(0, Callers).Where(caller => caller % Slots == slot).Select(PartOf)
                .Single(part => TreeHashOf(part) == hash));
        }

        (await gateway.SendAsync(Complete(vault, upload, [.. archive]))).Expect(201);

        static byte[] PartOf(int caller) => Bytes(MiB, caller);
    }

    [Fact]
    public async Task Either_completion_or_abort_wins()
    {
        var vault = await gateway.NewVaultAsync();
        var completedCount = 0;
        for (var round = 0; round < Rounds / 2; round++)
        {
            var bytes = Bytes(1000, round);
            var upload = await gateway.NewUploadAsync(vault);
            (await gateway.SendAsync(Part(vault, upload, 0, bytes))).Expect(204);
            var answers = await SendConcurrentlyAsync(
                caller => caller % 2 == 0 ? Complete(vault, upload, bytes) : Abort(vault, upload));
            var completions = answers.Where((_, caller) => caller % 2 == 0).Select(a => a.Status).Distinct().ToList();
            var aborts = answers.Where((_, caller) => caller % 2 == 1).Select(a => a.Status).Distinct().ToList();
            Assert.Equal(completions is [201] ? [404] : [204], aborts);
            Assert.Equal(aborts is [404] ? [201] : [404], completions);
            completedCount += completions is [201] ? 1 : 0;
        }

        var described = (await gateway.SendAsync(DescribeVault(vault))).Json;
        Assert.Equal(completedCount, described.GetProperty("NumberOfArchives").GetInt64());
    }

    private Task<ApiAnswer[]> SendConcurrentlyAsync(Func<int, ApiRequest> request) =>
        Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => gateway.SendAsync(request(caller))));
}
