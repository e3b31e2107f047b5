using Microsoft.AspNetCore.Http;
using OrleansUploads.Core.Policies;
using OrleansUploads.Gateway.Http.Authentication;
using OrleansUploads.Gateway.Http.Errors;
using OrleansUploads.Gateway.Http.Exchanges;
using OrleansUploads.Gateway.Http.Fronts;
using OrleansUploads.Signing;

namespace OrleansUploads.Gateway.Tests.Http.Fronts;

/// <summary>A second protocol. It answers every request with its account and body, in plain text, and requires
/// <c>x-fake-*</c> headers to be signed.</summary>
internal sealed class FakeFront : IFront
{
    public const string Service = "fake";

    public SigningRules Signing { get; } = new()
    {
        Service = Service,
        Path = PathRule.EncodeAsSent,
        SignedPrefix = "x-fake-",
        SignedWhenPresent = [],
    };

    public string RequestIdHeader => "x-fake-request-id";

    /// <summary>An error that this front fails to describe, or null for none.</summary>
    public Type? Undescribed { get; init; }

    public bool ClaimsPath(RequestTarget target) => target.Segments is ["fake", ..];

    public FrontRequest Recognize(HttpExchange exchange) => new FakeRequest(exchange);

    public FrontAnswer DescribeError(HttpError error) => error.GetType() == Undescribed
        ? throw new InvalidOperationException("This front does not know the error.")
        : new TextAnswer(418, new FrontError(418, "Fake" + error.GetType().Name, $"The fake front describes {error.GetType().Name}."), "");

    private sealed class FakeRequest(HttpExchange exchange) : FrontRequest
    {
        public override string OperationName => "Fake";

        public override bool IsUpload => false;

        public override IEnumerable<KeyAccess> AccessesOf(AccountId account) => [new(KeyAccessKind.Change, null)];

        public override async ValueTask<FrontAnswer> AnswerAsync(AccountId account, RequestPayload payload)
        {
            var unreadable = await payload.ReadDocumentAsync(account, exchange.Aborted);
            return unreadable is null
                ? new TextAnswer(200, null, $"{account} sent {Encoding.UTF8.GetString(payload.Document.Span)}")
                : throw new InvalidOperationException(unreadable.ToString());
        }
    }

    private sealed class TextAnswer(int status, FrontError? error, string text) : FrontAnswer
    {
        public override int Status => status;

        public override FrontError? Error => error;

        public override async Task WriteAsync(HttpResponse response, Stream body, CancellationToken cancellationToken)
        {
            response.StatusCode = status;
            await body.WriteAsync(Encoding.UTF8.GetBytes(error?.Code ?? text), cancellationToken);
        }
    }
}
