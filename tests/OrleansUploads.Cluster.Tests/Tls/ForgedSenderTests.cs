using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;
using Orleans.Serialization.Session;
using OrleansUploads.Cluster.Abstractions.Entities;
using OrleansUploads.Cluster.Entities;
using OrleansUploads.Cluster.Nodes;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Refusals;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Cluster.Tests.Tls;

/// <summary>A node that states in its messages that another one sent them, over sockets. Orleans believes it.</summary>
[Trait(TestRun.Name, TestRun.Campaign)]
public sealed class ForgedSenderTests : IAsyncLifetime
{
    private TlsBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await TlsBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("ou-vault", "111122223333/photos")]
    [InlineData("sys.client", "hosted-S127.0.0.1:11111:1")]
    [InlineData("sys.client", "0123456789abcdef0123456789abcdef")]
    [InlineData("sys.client", "node.Q049c3RyYW5nZXI.MTI3LjAuMC4x.0123456789abcdef0123456789abcdef")]
    public async Task A_message_of_a_node_in_the_name_of_another_sender_reaches_no_grain(string type, string key)
    {
        var forging = new ForgingConnection(GrainId.Create(type, key));
        var grains = await _bench.ConnectAsync(
            _bench.Authority.IssueNode("CN=node-7, O=Example"),
            configure: client => client.Configure<ClientConnectionOptions>(
                options => options.ConfigureConnection(connection => connection.UseMiddleware(forging))));
        Assert.True(VaultName.TryParse("forged", out var name));
        var forged = new VaultId(Some.Account, name);
        forging.IsForging = true;
        var call = grains.GetGrain<IAccountGrain>($"{Some.Account}").AskAsync(Messages.Pack(new CreateVault(forged))).AsTask();

        await Eventually.BecomesTrueAsync(
            async () => await ExistsAsync(forged)
                || _bench.Log.Lines.Any(line => line.Contains($"states that {type}/{key} sent it", StringComparison.Ordinal)),
            "the silo carries out the message or refuses it");
        Assert.False(await ExistsAsync(forged));
        await Assert.ThrowsAnyAsync<Exception>(() => call);
    }

    private async Task<bool> ExistsAsync(VaultId vault) => await _bench.Through(0).SendAsync(
        vault.Entity, new FindPolicies(vault), TestContext.Current.CancellationToken) is not Refusal.VaultNotFound;

    /// <summary>Replaces the sender in what a client sends.</summary>
    private sealed class ForgingConnection(GrainId sender) : IConnectionMiddleware
    {
        public bool IsForging { get; set; }

        public async Task OnConnectionAsync(ConnectionContext context, ConnectionDelegate next)
        {
            await using var services = new ServiceCollection().AddSerializer().BuildServiceProvider();
            var transport = context.Transport;
            var sent = new Pipe();
            context.Transport = new Transport(transport.Input, sent.Writer);
            var forging = ForgeAsync(sent.Reader, transport.Output, services.GetRequiredService<SerializerSessionPool>());
            try
            {
                await next(context);
            }
            finally
            {
                await sent.Writer.CompleteAsync();
                await forging;
                context.Transport = transport;
            }
        }

        private async Task ForgeAsync(PipeReader input, PipeWriter output, SerializerSessionPool sessions)
        {
            await NodeConnections.PassOnPreambleAsync(input, output);
            using var frames = new NodeFrames(sessions, int.MaxValue, (ref flags, ref from, ref target) =>
            {
                from = IsForging ? sender : from;
                return true;
            });
            await frames.RunAsync(input, output);
        }

        private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
    }
}
