using OrleansUploads.Gateway.Http.Errors;
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

    /// <summary>Whether a path belongs to this protocol. Asked only for requests without readable credentials.</summary>
    bool ClaimsPath(RequestTarget target);

    /// <summary>Recognizes the operation of a request. Reads no body and never fails.</summary>
    FrontRequest Recognize(HttpExchange exchange);

    /// <summary>The protocol's response to an error that does not depend on the protocol. Every case of <see cref="HttpError"/> has a
    /// status, a code and a message.</summary>
    FrontAnswer DescribeError(HttpError error);
}
