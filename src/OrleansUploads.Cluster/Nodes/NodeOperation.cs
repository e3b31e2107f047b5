using System.Collections.Frozen;
using System.Collections.Immutable;
using Orleans.Serialization.Invocation;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Core.Policies;

namespace OrleansUploads.Cluster.Nodes;

/// <summary>A call that an ingestion node may make, and the operation of the vault API that it stands for. Policies and the roles of keys
/// are about operations.</summary>
internal abstract record NodeOperation(VaultAction Action, KeyAccessKind Access)
{
    private static readonly FrozenDictionary<string, NodeOperation> Calls = new Dictionary<string, NodeOperation>(StringComparer.Ordinal)
    {
        [nameof(IUploadGrain.InitiateAsync)] = new OneAnswer<UploadOpened>(VaultAction.InitiateMultipartUpload, KeyAccessKind.Add),
        [nameof(IUploadGrain.ReportPartAsync)] = new OneAnswer<PartReportResult>(VaultAction.UploadMultipartPart, KeyAccessKind.Add),
        [nameof(IUploadGrain.ReportPartsAsync)] = new AnswerForEachPart(VaultAction.UploadMultipartPart, KeyAccessKind.Add),
        [nameof(IUploadGrain.CompleteAsync)] = new OneAnswer<FinishedArchive>(VaultAction.CompleteMultipartUpload, KeyAccessKind.Add),
        [nameof(IUploadGrain.AbortAsync)] = new OneAnswer<AbortedUpload>(VaultAction.AbortMultipartUpload, KeyAccessKind.Change),
        [nameof(IUploadGrain.ListPartsAsync)] = new OneAnswer<PartListing>(VaultAction.ListParts, KeyAccessKind.Look),
        [nameof(IUploadGrain.ReadManifestAsync)] = new OneAnswer<PartListing>(VaultAction.ListParts, KeyAccessKind.Look),
        [nameof(IUploadGrain.SummarizeAsync)] = new OneAnswer<UploadReport>(VaultAction.ListParts, KeyAccessKind.Look),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Finds the operation of a call, or returns null if nodes may not make it. The commands that entities send each other are
    /// not for nodes, although the grain of an upload accepts them.</summary>
    public static NodeOperation? Find(IGrainCallContext call) =>
        call.InterfaceMethod is { } method && method.DeclaringType == typeof(IUploadGrain) ? Calls.GetValueOrDefault(method.Name) : null;

    /// <summary>The vault that a call is about, or null if the call does not say.</summary>
    public static VaultAddress? VaultOf(IInvokable call) => call.GetArgument(0) switch
    {
        VaultAddress vault => vault,
        UploadRequest request => request.Vault,
        CompletionRequest request => request.Vault,
        PartsQuery query => query.Vault,
        _ => null,
    };

    /// <summary>The answer of a call that is refused.</summary>
    public abstract object Refuse(IInvokable call, UploadRefusal refusal);

    /// <summary>The refusal in the answer of a call, or null if there is none.</summary>
    public abstract UploadRefusal? RefusalIn(object? answer);

    private sealed record OneAnswer<T>(VaultAction Action, KeyAccessKind Access) : NodeOperation(Action, Access)
    {
        public override object Refuse(IInvokable call, UploadRefusal refusal) => new UploadAnswer<T>(default, refusal);

        public override UploadRefusal? RefusalIn(object? answer) => (answer as UploadAnswer<T>?)?.Refusal;
    }

    private sealed record AnswerForEachPart(VaultAction Action, KeyAccessKind Access) : NodeOperation(Action, Access)
    {
        public override object Refuse(IInvokable call, UploadRefusal refusal)
        {
            var reports = call.GetArgument(1) is ImmutableArray<PartReport> { IsDefault: false } given ? given.Length : 0;
            return ImmutableArray.CreateRange(Enumerable.Repeat(
                new UploadAnswer<PartReportResult>(default, refusal), Math.Min(reports, IUploadGrain.MaxReports)));
        }

        public override UploadRefusal? RefusalIn(object? answer) =>
            answer is ImmutableArray<UploadAnswer<PartReportResult>> { IsDefault: false } answers
                ? answers.FirstOrDefault(static part => part.Refusal is not null).Refusal
                : null;
    }
}
