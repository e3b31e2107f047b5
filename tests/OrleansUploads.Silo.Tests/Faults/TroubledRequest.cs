namespace OrleansUploads.Silo.Tests.Faults;

/// <summary>A request that got no answer, not the one that it should have got, or got it late.</summary>
/// <param name="Operation">What the client wanted.</param>
/// <param name="Silo">The number of the silo that was asked.</param>
/// <param name="SentAt">When it was sent, since the test began.</param>
/// <param name="EndedAt">When it failed or was answered.</param>
/// <param name="Symptom">What the client saw, in a few words that are equal for equal failures.</param>
/// <param name="Detail">What the client saw.</param>
internal sealed record TroubledRequest(
    string Operation, int Silo, TimeSpan SentAt, TimeSpan EndedAt, string Symptom, string Detail)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Operation} through silo {Silo}, sent at {SentAt.TotalSeconds:F1} s, ended at {EndedAt.TotalSeconds:F1} s: {Symptom}. {Detail}");
}

/// <summary>A disturbance and the recovery from it.</summary>
/// <param name="Cause">What happened.</param>
/// <param name="Silo">The number of the silo to which it happened, if it happened to one.</param>
/// <param name="From">When it began.</param>
/// <param name="Until">When all silos had been ready for the time in which every entity answers.</param>
internal sealed record FaultWindow(Disturbance Cause, int Silo, TimeSpan From, TimeSpan Until)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Cause.Kind}, from {From.TotalSeconds:F1} s to {Until.TotalSeconds:F1} s");

    /// <summary>Whether a request was under way in this window.</summary>
    public bool Covers(TroubledRequest request) => request.SentAt <= Until && request.EndedAt >= From;

    /// <summary>How much of the time of a request is in this window.</summary>
    public TimeSpan Overlap(TroubledRequest request)
    {
        var from = request.SentAt > From ? request.SentAt : From;
        var until = request.EndedAt < Until ? request.EndedAt : Until;
        return until > from ? until - from : TimeSpan.Zero;
    }
}
