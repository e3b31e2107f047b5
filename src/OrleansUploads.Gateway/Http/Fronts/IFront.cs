using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Http.Fronts;

/// <summary>One protocol of the gateway. A front serves the requests whose credential scope names its service. A request without
/// readable credentials goes to the first front that claims its path. Thread-safe.</summary>
internal interface IFront
{
    /// <summary>The service's name in the credential scope and its rules for signatures, including the headers that must be signed
    /// when a request has them.</summary>
    SigningRules Signing { get; }

    /// <summary>Whether it is served on the connections with the mark <see cref="OwnAddress"/>, and on no others.</summary>
    bool HasOwnAddress => false;

    /// <summary>Whether every path belongs to this protocol, so that all other fronts are asked first.</summary>
    bool ClaimsEveryPath => false;

    /// <summary>The response header that carries the request ID.</summary>
    string RequestIdHeader { get; }

    /// <summary>The response header that names the process, or null if the protocol has none.</summary>
    string? HostIdHeader => null;

    /// <summary>Whether a path belongs to this protocol. Asked only for requests without readable credentials.</summary>
    bool ClaimsPath(RequestTarget target);

    /// <summary>Whether it serves a path to senders without a signature.</summary>
    bool ServesUnsigned(RequestTarget target) => false;

    /// <summary>Recognizes what a request asks for. Reads no body and never fails.</summary>
    FrontRequest Recognize(HttpExchange exchange);

    /// <summary>Describes an error that does not depend on the protocol. Every case of <see cref="HttpError"/> has a status, a code and a
    /// message.</summary>
    FrontError Describe(HttpError error);

    /// <summary>The response to an error. A front that shows errors of other protocols replaces their document.</summary>
    FrontAnswer AnswerOf(HttpExchange exchange, FrontError error) => error.ToAnswer(exchange);
}

/// <summary>A request as its front understands it, before anything about it has been checked: the row of its operation, with what its path
/// and headers name.</summary>
internal abstract class FrontRequest
{
    /// <summary>Name of the operation for logs and meters. There is a fixed number of names.</summary>
    public abstract string OperationName { get; }

    /// <summary>Whether the body is an upload's bytes rather than a small document. Only the operation itself reads an upload's
    /// body.</summary>
    public virtual bool IsUpload => false;

    /// <summary>Maximum length in bytes of a document, or null for the gateway's usual maximum.</summary>
    public virtual int? MaxDocumentBytes => null;

    /// <summary>Whether the front itself finds out who sent the request, instead of by a signature. It then also applies the scope of
    /// the key.</summary>
    public virtual bool ChecksSender => false;

    /// <summary>What the path of a URL that is presigned with Signature Version 2 is below: empty, or a bucket that the host names. Null if
    /// the operation does not accept such URLs.</summary>
    public virtual string? Version2Prefix => null;

    /// <summary>Everything that the request does for an account, for keys with a scope. What is not known to be harmless is a
    /// change.</summary>
    public abstract IEnumerable<KeyAccess> AccessesOf(AccountId signer);

    /// <summary>Serves the request for the account that its signer acts for, after its signature has been verified and its key permits
    /// it; the account is meaningless if <see cref="ChecksSender"/>. A document has to be read, and so checked against the signature,
    /// before it is used.</summary>
    /// <exception cref="FrontError">The error is the answer.</exception>
    public abstract ValueTask<FrontAnswer> AnswerAsync(AccountId signer, RequestPayload payload);
}

/// <summary>The registered fronts. Decides which of them serves a request.</summary>
internal sealed class FrontTable
{
    private readonly List<RegisteredFront> _fronts = [];

    /// <exception cref="InvalidOperationException">There is no front, or two fronts have the same service.</exception>
    public FrontTable(
        IEnumerable<IFront> fronts, GatewayOptions options, ICredentialStore credentials, TimeProvider time)
    {
        foreach (var front in fronts.OrderBy(static front => front.ClaimsEveryPath))
        {
            if (FrontFor(front.Signing.Service) is not null)
            {
                throw new InvalidOperationException($"Two fronts are registered for the service '{front.Signing.Service}'.");
            }

            _fronts.Add(new RegisteredFront(front, new Authenticator(front.Signing, options, credentials, time)));
        }

        if (_fronts.Count == 0)
        {
            throw new InvalidOperationException("No front is registered. Add one, for example with AddGlacierFront.");
        }
    }

    /// <summary>Chooses the front of a request: by its address, if a front has one of its own, else by the service of its credential
    /// scope, else by its path, else the first front.</summary>
    public RegisteredFront Choose(RequestTarget target, RequestCredentials credentials, bool isOnOwnAddress)
    {
        if (isOnOwnAddress && _fronts.Find(static registered => registered.Front.HasOwnAddress) is { } only)
        {
            return only;
        }

        // Anybody can write any service into a credential scope, so it must not lead to a front that has its own address.
        if ((credentials.Authorization?.Scope.Service ?? (credentials.Version2 is null ? null : SigningRules.S3.Service)) is { } service
            && FrontFor(service) is { Front.HasOwnAddress: false } named)
        {
            return named;
        }

        return _fronts.Find(registered => registered.Front.ClaimsPath(target) && !registered.Front.HasOwnAddress) ?? _fronts[0];
    }

    private RegisteredFront? FrontFor(string service) => _fronts.Find(registered => registered.Front.Signing.Service == service);
}

/// <summary>A front with the authenticator for its signing rules.</summary>
internal sealed record RegisteredFront(IFront Front, Authenticator Authenticator);

/// <summary>A feature of the connections to an address at which only the front with <see cref="IFront.HasOwnAddress"/> is served.</summary>
internal sealed class OwnAddress
{
    private static readonly OwnAddress Mark = new();

    private OwnAddress()
    {
    }

    /// <summary>Marks the connections to an address.</summary>
    public static void Use(ListenOptions endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ((IConnectionBuilder)endpoint).Use(next => connection =>
        {
            connection.Features.Set(Mark);
            return next(connection);
        });
    }
}
