namespace DebugRelay.Shipper.Siem;

/// <summary>Takes events off the host.</summary>
internal interface IAuditOutput : IAsyncDisposable
{
    /// <summary>Its name, in cursors and messages.</summary>
    string Name { get; }

    /// <summary>The longest wait between two attempts.</summary>
    TimeSpan LastRetry => Limits.LastRetry;

    /// <summary>Sends a batch; on return the receiver has it, as far as its protocol can tell.</summary>
    /// <exception cref="ShipperException">It does not; the batch is sent again.</exception>
    Task SendAsync(IReadOnlyList<AuditEvent> events, CancellationToken cancellation);
}

/// <summary>One event, as it is sent.</summary>
/// <param name="Time">When it happened.</param>
/// <param name="Host">The host that says so.</param>
/// <param name="ClassUid">The OCSF class.</param>
/// <param name="Severity">The OCSF severity: 1 informational to 6 fatal.</param>
/// <param name="Message">One line for people.</param>
/// <param name="Log">Of which of its logs it tells: `agent`, `broker`, or with `-heads` their heads.</param>
/// <param name="Json">The whole event in UTF-8, without line breaks.</param>
internal sealed record AuditEvent(DateTimeOffset Time, string Host, int ClassUid, int Severity, string Message, string Log, byte[] Json);
