using Microsoft.Extensions.Logging;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Uploads;
using OrleansUploads.Core.Policies;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Policies;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>Lets ingestion nodes call the grains of uploads, and nothing else: no other entity, no management, no system target
/// except the one from which a client learns the types of grains. The scope of the node's certificate must permit a call, and the
/// policies of the vault, as for requests to the vault API. Each call of a node is logged in one line, as those requests are. Calls
/// of silos pass.</summary>
internal sealed partial class NodeCallFilter(
    NodeGrants grants, IEntityHost host, PolicyCache policies, TimeProvider time, ILogger<NodeCallFilter> log)
    : IIncomingGrainCallFilter
{
    private const string NotPermitted = "NotPermitted";

    public Task Invoke(IIncomingGrainCallContext context) =>
        NodeIdentity.Read(context.SourceId) is { } node && !IsManifest(context) ? JudgeAsync(node, context) : context.Invoke();

    private static bool IsManifest(IIncomingGrainCallContext context) => context.TargetId.Type.AsSpan().SequenceEqual("sys.svc.manifest"u8);

    private async Task JudgeAsync(NodeIdentity node, IIncomingGrainCallContext context)
    {
        var startedAt = time.GetTimestamp();
        if (NodeOperation.Find(context) is not { } operation)
        {
            Write(node, account: null, context.MethodName, NotPermitted, startedAt, context.TargetId.ToString());
            throw new UnauthorizedAccessException(
                $"{node.Subject} is an ingestion node and may call {nameof(IUploadGrain)} only, not {context.InterfaceName}.{context.MethodName}.");
        }

        var grant = grants.Find(node.Subject);
        var refusal = await FindRefusalAsync(node, grant, operation, context);
        if (refusal is not null)
        {
            context.Result = operation.Refuse(context.Request, refusal);
        }
        else
        {
            await context.Invoke();
            refusal = operation.RefusalIn(context.Result);
        }

        var vault = NodeOperation.VaultOf(context.Request);
        Write(
            node,
            grant?.Account,
            operation.Action.ToString(),
            refusal?.Kind.ToString() ?? "-",
            startedAt,
            $"{vault?.Account}/{vault?.Vault}/{context.TargetId.Key}");
    }

    private async ValueTask<UploadRefusal?> FindRefusalAsync(
        NodeIdentity node, NodeGrant? grant, NodeOperation operation, IIncomingGrainCallContext context)
    {
        try
        {
            return grant is null
                ? UploadRefusals.Denied($"The certificate {node.Subject} is not in the list of ingestion nodes any longer.")
                : NodeOperation.VaultOf(context.Request) is { } address
                ? await CheckAsync(node, grant, operation, address.ToVault())
                : UploadRefusals.Invalid("The request is null. State the vault.");
        }
        catch (RefusedRequestException invalid)
        {
            return invalid.Refusal;
        }
        catch (EntityUnavailableException fault)
        {
            return UploadRefusals.Unavailable(fault.Message);
        }
    }

    /// <summary>Why a call is refused by the scope of the node's certificate or by the policies of the vault, or null if it
    /// is permitted.</summary>
    private async ValueTask<UploadRefusal?> CheckAsync(
        NodeIdentity node, NodeGrant grant, NodeOperation operation, VaultId vault)
    {
        var isOwn = vault.Account == grant.Account;
        if (!grant.Scope.Permits(new KeyAccess(operation.Access, vault.Name.ToString(), isOwn)))
        {
            return UploadRefusals.Denied(
                $"The certificate {grant.Subject} is limited to '{grant.Scope}', which does not permit {operation.Action} on {vault}.");
        }

        var found = await host.AskAsync(vault.Entity, new FindPolicies(vault), CancellationToken.None);
        if (!found.TryGet(out var known, out _))
        {
            // Only the owner learns that the vault does not exist.
            return isOwn ? null : Foreign(grant, operation, vault);
        }

        var request = new PolicyRequest
        {
            Action = operation.Action,
            Owner = vault.Account,
            Caller = grant.Account,
            At = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds()),
            Source = node.Address,
            IsSecure = true,
            Tags = known.Tags,
        };
        var access = policies.Effective(known.Access);
        var verdict = PolicyVerdict.Evaluate(access, policies.Effective(known.Lock), request);
        return verdict.Permits(request) ? null
            : verdict is PolicyVerdict.Denied denied && PolicyVerdict.MayExplain(access, request)
                ? UploadRefusals.Denied(
                    $"The {(denied.Kind == PolicyKind.Lock ? "lock" : "access")} policy of {vault} denies {operation.Action} to account {grant.Account}.")
            : Foreign(grant, operation, vault);
    }

    private static UploadRefusal Foreign(NodeGrant grant, NodeOperation operation, VaultId vault) => UploadRefusals.Denied(
        $"The certificate {grant.Subject} acts for account {grant.Account}, which is not permitted {operation.Action} on {vault}. The owner of a "
        + "vault can permit it with an access policy.");

    private void Write(NodeIdentity node, AccountId? account, string operation, string code, long startedAt, string subject)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            LogCalled(
                log,
                operation,
                account?.ToString() ?? "-",
                code,
                time.GetElapsedTime(startedAt).TotalMilliseconds,
                node.Address?.ToString() ?? "-",
                node.Subject,
                Printable(subject));
        }
    }

    /// <summary>A node chooses the keys of uploads and the names of vaults, and some may be no valid ones.</summary>
    private static string Printable(string text)
    {
        const int MaxLength = 512;
        return string.Create(Math.Min(text.Length, MaxLength), text, static (line, from) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsAscii(from[i]) && !char.IsControl(from[i]) ? from[i] : '?';
            }
        });
    }

    [LoggerMessage(
        3033,
        LogLevel.Information,
        "{Operation} account {Account} code {Code} {ElapsedMs:F1} ms from {Client} certificate {Certificate} on {Subject}")]
    private static partial void LogCalled(
        ILogger log, string operation, string account, string code, double elapsedMs, string client, string certificate, string subject);
}
