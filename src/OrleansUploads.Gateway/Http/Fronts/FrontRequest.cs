using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Http.Authentication;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>A request as its front understands it, before anything about it has been checked.</summary>
internal abstract class FrontRequest
{
    /// <summary>Name of the operation for logs and meters. There is a fixed number of names.</summary>
    public abstract string OperationName { get; }

    /// <summary>Whether the body is an upload's bytes rather than a small document. Only the operation itself reads an upload's
    /// body.</summary>
    public abstract bool IsUpload { get; }

    /// <summary>Maximum length in bytes of a document, or null for the gateway's usual maximum.</summary>
    public virtual int? MaxDocumentBytes => null;

    /// <summary>Whether the front itself finds out who sent the request, instead of by a signature. It then also applies the scope of
    /// the key.</summary>
    public virtual bool ChecksSender => false;

    /// <summary>Returns everything that the request does, for keys with a scope. What is not known to be harmless is a
    /// change.</summary>
    /// <param name="account">The account that the signer acts for.</param>
    public abstract IEnumerable<KeyAccess> AccessesOf(AccountId account);

    /// <summary>Serves the request, after its signature has been verified and its key permits it.</summary>
    /// <param name="account">The account that the signer acts for; meaningless if <see cref="ChecksSender"/>.</param>
    /// <param name="payload">The body. A document has to be read, and so checked against the signature, before it is
    /// used.</param>
    public abstract ValueTask<FrontAnswer> AnswerAsync(AccountId account, RequestPayload payload);
}
