using System.Security.Authentication;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Hashing;

namespace OrleansUploads.Cluster.Tests.Tls;

/// <summary>Certificates are renewed while silos and ingestion nodes work, over sockets.</summary>
[Campaign]
public sealed class RenewalTests : IAsyncDisposable
{
    private const int Silos = 3;
    private const int Renewals = 4;

    private static readonly VaultAddress Photos = new(TlsBench.OwnAccount, "photos");

    private TlsBench _bench = null!;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task No_call_of_silos_or_nodes_fails_while_certificates_and_their_authority_are_renewed()
    {
        _bench = await TlsBench.StartAsync(Silos);
        using var next = new TestAuthority("Next");
        using var ends = new CancellationTokenSource();
        var grains = await _bench.ConnectAsync(_bench.Authority.IssueNode("CN=node-7, O=Example"));
        var calls = 0;
        var load = Enumerable.Range(0, Silos).Select(silo => Task.Run(() => AskOtherSilosAsync(silo)))
            .Append(Task.Run(UploadAsync)).ToList();

        var folder = Path.GetDirectoryName(_bench.SiloFiles.Certificate)!;
        var shown = new HashSet<string> { await ShownAsync() };
        try
        {
            for (var i = 0; i < Renewals; i++)
            {
                var authority = i < Renewals / 2 ? _bench.Authority : next;
                var before = Volatile.Read(ref calls);
                authority.IssueSilo($"CN=silo {i}").WriteTo(folder, _bench.Authority.Root, next.Root);
                await Eventually.BecomesTrueAsync(async () => shown.Add(await ShownAsync()), "new connections show the new certificate");
                await Eventually.BecomesTrueAsync(() => Volatile.Read(ref calls) > before + 100, "calls go on");
            }
        }
        finally
        {
            await ends.CancelAsync();
            await Task.WhenAll(load);
        }

        Assert.Equal(1 + Renewals, shown.Count);
        Assert.All(Enumerable.Range(0, Silos), silo => Assert.Null(_bench.Certificates(silo).Problem));

        // A silo that starts now connects to the others, and they to it, with certificates of the next authority.
        await _bench.StartSiloAsync();
        Assert.NotNull((await _bench.Through(Silos).SendAsync(
            Some.Vault.Entity, new FindPolicies(Some.Vault), Cancellation)).Answer);

        async Task AskOtherSilosAsync(int silo)
        {
            // The entities are on all silos.
            for (var i = 0; !ends.IsCancellationRequested; i++)
            {
                var vault = new CreateVault(Some.VaultNamed($"vault-{silo}-{i % 100}"));
                Assert.IsNotType<Refusal>(
                    (await _bench.Through(silo).SendAsync(Some.Account.Entity, vault, Cancellation)).Answer, exactMatch: false);
                Interlocked.Increment(ref calls);
            }
        }

        async Task UploadAsync()
        {
            while (!ends.IsCancellationRequested)
            {
                var upload = TlsBench.NewUpload(grains);
                Assert.Null((await upload.InitiateAsync(new(Photos, Some.MiB, "holiday", UploadStorage.External))).Refusal);
                Assert.Null((await upload.ReportPartAsync(Photos, new(0, Some.MiB - 1, Some.Hash("0").ToString(), "tape://7/0"))).Refusal);
                Assert.Null((await upload.CompleteAsync(new(Photos, Some.MiB, TreeHasher.Combine([Some.Hash("0")]).ToString()))).Refusal);
                Interlocked.Increment(ref calls);
            }
        }
    }

    [Fact]
    public async Task A_renewal_that_cannot_be_loaded_is_reported_and_the_certificate_from_before_stays()
    {
        _bench = await TlsBench.StartAsync();
        var before = await ShownAsync();
        var certificate = await File.ReadAllTextAsync(_bench.SiloFiles.Certificate, Cancellation);
        await File.WriteAllTextAsync(_bench.SiloFiles.Certificate, "half a certif", Cancellation);
        await Eventually.BecomesTrueAsync(() => _bench.Certificates(0).Problem is not null, "the problem is noticed");
        Assert.Contains("cert.pem has no certificate", _bench.Certificates(0).Problem, StringComparison.Ordinal);
        Assert.Equal(before, await ShownAsync());
        var grains = await _bench.ConnectAsync(_bench.Authority.IssueNode("CN=node-7, O=Example"));
        Assert.Null((await TlsBench.NewUpload(grains).InitiateAsync(new(Photos, Some.MiB, "holiday", UploadStorage.External))).Refusal);
        Assert.Contains(_bench.Log.Entries, entry => entry.Text.Contains("cannot be renewed, and those that were read before stay in use", StringComparison.Ordinal));

        await File.WriteAllTextAsync(_bench.SiloFiles.Certificate, certificate, Cancellation);
        await Eventually.BecomesTrueAsync(() => _bench.Certificates(0).Problem is null, "the problem is over");
    }

    [Fact]
    public async Task Certificates_of_an_authority_that_was_replaced_are_refused_and_their_connections_end()
    {
        _bench = await TlsBench.StartAsync(silos: 2);
        using var next = new TestAuthority("Next");
        using var node = await TlsPeer.ConnectAsync(_bench.ClientPorts[0], _bench.Authority.IssueNode("CN=node-7, O=Example").Load());
        using var silo = await TlsPeer.ConnectAsync(_bench.SiloPorts[0], _bench.Authority.IssueSilo().Load());
        await node.SendPreambleAsync();
        Assert.True(await node.ReadAsync() > 0);
        Assert.True(await silo.ReadAsync() > 0);

        next.IssueSilo().WriteTo(Path.GetDirectoryName(_bench.SiloFiles.Certificate)!, next.Root);
        await Eventually.BecomesTrueAsync(async () => await node.ReadAsync() == 0, "the connection of the node ends");
        await Eventually.BecomesTrueAsync(async () => await silo.ReadAsync() == 0, "the connection of the silo ends");

        // Each silo reads its files by itself.
        foreach (var port in _bench.ClientPorts)
        {
            await Eventually.BecomesTrueAsync(() => IsRefusedAsync(port), "every silo refuses the certificate of the node");
        }

        await Assert.ThrowsAnyAsync<Exception>(() => _bench.ConnectAsync(_bench.Authority.IssueNode("CN=node-7, O=Example")));
    }

    private async Task<bool> IsRefusedAsync(int port)
    {
        try
        {
            using var node = await TlsPeer.ConnectAsync(port, _bench.Authority.IssueNode("CN=node-7, O=Example").Load());
            await node.SendPreambleAsync();
            return await node.ReadAsync() == 0;
        }
        catch (Exception fault) when (fault is IOException or AuthenticationException)
        {
            return true;
        }
    }

    private async Task<string> ShownAsync()
    {
        using var peer = await TlsPeer.ConnectAsync(_bench.SiloPorts[0], _bench.Authority.IssueSilo().Load());
        return peer.SiloCertificate;
    }
}
